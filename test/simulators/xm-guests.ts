import type { XmGuest } from './xm-rooms.ts';

const NAME_LENGTH = { min: 3, max: 32 };
const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

export type XmGuestForm = Omit<XmGuest, 'id'> & { message: string };

/** The form of `POST /xm/guests`, or the text of its first mistake. */
export function readXmGuestForm(body: Record<string, unknown> | undefined): XmGuestForm | string {
  const { name, email, departmentId, message, sourceUrl } = body ?? {};
  if (typeof name !== 'string') return 'Name is required.';
  const { length } = [...name];
  if (length < NAME_LENGTH.min || length > NAME_LENGTH.max) return 'Name must have 3 to 32 characters.';
  if (typeof email !== 'string') return 'Email is required.';
  if (!EMAIL.test(email)) return 'Email is not valid.';
  const department = typeof departmentId === 'string' && departmentId !== '' ? Number(departmentId) : departmentId;
  if (typeof department !== 'number' || !Number.isInteger(department)) return 'Department is required.';
  if (typeof message !== 'string' || message === '') return 'Message is required.';
  if (sourceUrl !== undefined && typeof sourceUrl !== 'string') return 'Source URL is not valid.';
  return { name, email, departmentId: department, message, ...(sourceUrl !== undefined && { sourceUrl }) };
}
