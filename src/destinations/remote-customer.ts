/** How a person is looked up in a chat system's own customer base. At least one is given. */
export interface CustomerKeys {
  email?: string | undefined;
  externalId?: string | undefined;
}

/** A person of that customer base; what the system does not know is missing. */
export interface RemoteCustomer {
  id: string;
  name?: string;
  email?: string;
  phone?: string;
  externalId?: string;
  group?: string;
  accountManager?: string;
  /** Fields that the client defined, by the client's own labels. */
  custom: { label: string; value: string }[];
}
