import { allPages, request } from './client';
import type { Household, Instant, Role, Session } from './types';

export interface Account {
  id: string;
  name: string;
  role: Role;
  member: string | null;
  /** When it may be used, such as `07:00-20:00`; null: always. */
  hours: string | null;
  disabled: boolean;
  hasPassword: boolean;
  hasPin: boolean;
  hasTotp: boolean;
  /** Recovery codes that are left. */
  recoveryCodes: number;
  version: number;
}

export interface NewAccount {
  name: string;
  role: Role;
  member?: string;
  hours?: string;
  password: string;
}

/** A browser in which somebody is signed in. */
export interface SignedIn {
  id: string;
  account: string | null;
  name: string;
  device: boolean;
  agent: string;
  createdAt: Instant;
  seenAt: Instant;
  /** The one that asks. */
  current: boolean;
}

export interface Device {
  id: string;
  name: string;
  agent: string;
  createdAt: Instant;
  seenAt: Instant;
}

export interface Pairing {
  code: string;
  /** What this device alone knows. */
  secret: string;
  address: string;
  expiresInSeconds: number;
}

export interface Totp {
  secret: string;
  /** `otpauth://…`, which opens an authenticator app. */
  uri: string;
}

const id = encodeURIComponent;
const accountPath = (accountId: string) => `/api/accounts/${id(accountId)}`;

/** What the pages about accounts ask for; they are loaded with the first of them. */
export const accountsApi = {
  signIn: (name: string, password: string, totp?: string) => request<Session>('POST', '/api/session', { name, password, totp }),
  enterPin: (account: string, pin: string) => request<Session>('POST', '/api/session', { account, pin }),
  setUp: (owner: { name: string; password: string; member?: string; code?: string }) => request<Session>('POST', '/api/setup', owner),
  nameHousehold: (name: string) => request<Household>('PUT', '/api/household', { name }),

  accounts: () => allPages<Account>('/api/accounts'),
  add: (account: NewAccount) => request<Account>('POST', '/api/accounts', account),
  /** An empty member or empty hours take away what there was. */
  change: (accountId: string, change: Partial<Pick<Account, 'name' | 'role' | 'disabled'>> & { member?: string; hours?: string }) =>
    request<Account>('PUT', accountPath(accountId), change),
  remove: (accountId: string) => request<void>('DELETE', accountPath(accountId)),
  unlock: (accountId: string) => request<void>('POST', `${accountPath(accountId)}/unlock`),
  /** Whoever changes their own credentials enters the password they have. */
  setPassword: (accountId: string, password: string, current?: string) => request<void>('PUT', `${accountPath(accountId)}/password`, { password, current }),
  setPin: (accountId: string, pin: string, current?: string) => request<void>('PUT', `${accountPath(accountId)}/pin`, { pin, current }),
  removePin: (accountId: string) => request<void>('DELETE', `${accountPath(accountId)}/pin`),
  beginTotp: (accountId: string, current: string) => request<Totp>('POST', `${accountPath(accountId)}/totp`, { current }),
  confirmTotp: (accountId: string, code: string) => request<{ codes: string[] }>('PUT', `${accountPath(accountId)}/totp`, { code }),
  removeTotp: (accountId: string, current?: string) => request<void>('POST', `${accountPath(accountId)}/totp/remove`, { current }),
  renewRecoveryCodes: (accountId: string, current: string) => request<{ codes: string[] }>('POST', `${accountPath(accountId)}/recovery-codes`, { current }),

  sessions: () => allPages<SignedIn>('/api/sessions'),
  signOutSession: (sessionId: string) => request<void>('DELETE', `/api/sessions/${id(sessionId)}`),
  devices: () => allPages<Device>('/api/devices'),
  removeDevice: (deviceId: string) => request<void>('DELETE', `/api/devices/${id(deviceId)}`),

  beginPairing: () => request<Pairing>('POST', '/api/pairings'),
  approvePairing: (code: string, name: string) => request<void>('POST', `/api/pairings/${id(code)}/approve`, { name }),
  takePairing: (code: string, secret: string) => request<{ paired: boolean }>('POST', `/api/pairings/${id(code)}/session`, { secret }),
};
