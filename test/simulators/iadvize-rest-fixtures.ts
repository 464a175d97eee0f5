/** 1 operator, 2 visitor, 3 notice, 5 visited page, 6 and 7 rich content; only 1 and 2 carry the epoch. */
export type HistoryEntry =
  | [type: number, localTime: string, text: string]
  | [type: number, localTime: string, text: string, epochMillis: number];

export interface RestVisitor {
  id: number;
  unique_id: string;
  external_id: string;
  lastname: string;
  firstname: string;
  address: string;
  city: string;
  zip: string;
  country: string;
  phone: string;
  email: string;
  browser: string;
  website_id: number[];
  created_at: string;
}

export interface RestConversation {
  id: number;
  channel: 'chat' | 'call' | 'video';
  visitor_uid: string;
  /** A string is answered as it is: documented as a string that holds JSON, seen as an array too. */
  history: HistoryEntry[] | string;
  operator_answer: boolean;
  operator_closed: boolean;
  waitinglist: boolean;
  page_type: string;
  created_at: string;
  closed_at: string | null;
  website_id: number;
  operator_id: number;
  skill_id: number | null;
  tag_list: number[];
  rule_id: number | null;
  xmpp_id: string;
}

export interface RestOperator {
  id: number;
  name: string;
  first_name: string;
  pseudo: string;
  email: string;
  external_id: string;
  role: string;
  roles: string[];
  chat_enabled: boolean;
  chat_max_number: number;
  language_list: string[];
  group_id: number;
  website_list: number[];
  skill_list: number[];
}

export interface RestWebsite {
  id: number;
  url: string;
  label: string;
  client_id: number;
  currency: string;
  language_admin: string;
  timezone: string;
}

export type RestFixture<Resource> = Partial<Resource> & { id: number };

export function restVisitor(visitor: RestFixture<RestVisitor>): RestVisitor {
  return {
    unique_id: '593de0891b628a50b09835dc6c0e92565329c74baa90e',
    external_id: '',
    lastname: '',
    firstname: '',
    address: '',
    city: '',
    zip: '',
    country: '',
    phone: '',
    email: '',
    browser: 'Firefox',
    website_id: [1],
    created_at: restNow(),
    ...visitor,
  };
}

export function restConversation(conversation: RestFixture<RestConversation>): RestConversation {
  return {
    channel: 'chat',
    visitor_uid: '593de0891b628a50b09835dc6c0e92565329c74baa90e',
    history: [],
    operator_answer: true,
    operator_closed: true,
    waitinglist: false,
    page_type: 'product',
    created_at: restNow(),
    closed_at: restNow(),
    website_id: 1,
    operator_id: 1,
    skill_id: null,
    tag_list: [],
    rule_id: null,
    xmpp_id: '4c8c7408-f73c-42cd-89e9-afbbee7d9024',
    ...conversation,
  };
}

export function restOperator(operator: RestFixture<RestOperator>): RestOperator {
  return {
    name: 'Martin',
    first_name: 'Claire',
    pseudo: 'Claire',
    email: 'claire@example.org',
    external_id: '',
    role: 'operator',
    roles: ['operator'],
    chat_enabled: true,
    chat_max_number: 3,
    language_list: ['en'],
    group_id: 1,
    website_list: [1],
    skill_list: [],
    ...operator,
  };
}

export function restWebsite(website: RestFixture<RestWebsite>): RestWebsite {
  return {
    url: 'https://shop.example',
    label: 'Shop',
    client_id: 1,
    currency: 'EUR',
    language_admin: 'en',
    timezone: 'Europe/Paris',
    ...website,
  };
}

function restNow(): string {
  return new Date().toISOString().slice(0, 19).replace('T', ' ');
}
