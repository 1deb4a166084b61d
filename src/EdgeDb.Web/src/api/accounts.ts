import { allPages, request } from './client';
import type { Household, Instant, Page, Role, Session } from './types';

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
  /** The provider that it is linked with, by its address; null for none. */
  provider: string | null;
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

/** A QR code: its dark modules as a path in a square of this size. */
export interface Qr {
  size: number;
  path: string;
}

/** What lets a program in. */
export interface Token {
  id: string;
  name: string;
  account: string;
  scopes: string[];
  createdAt: Instant;
  /** Null: holds until it is removed. */
  expiresAt: Instant | null;
  /** Null: never used. */
  seenAt: Instant | null;
}

export interface NewToken {
  name: string;
  scopes: string[];
  expiresInDays?: number;
}

export interface ErasureLine {
  /** A stable word; see `persons.what.*` in the catalogues. */
  what: string;
  count: number;
  /** The service's own sentence. */
  text: string;
}

export interface ErasureRefusal {
  /** A stable word. */
  reason: string;
  /** The service's own sentence. */
  detail: string;
}

/** What erasing somebody would take, and what it would leave. */
export interface ErasurePreview {
  name: string;
  /** Why they cannot be erased. */
  refused: ErasureRefusal | null;
  goes: ErasureLine[];
  stays: ErasureLine[];
}

export interface Pairing {
  code: string;
  /** What this device alone knows. */
  secret: string;
  address: string;
  /** The address. */
  qr: Qr;
  expiresInSeconds: number;
}

export interface Totp {
  secret: string;
  /** `otpauth://…`, which opens an authenticator app. */
  uri: string;
  /** The same, for the camera. */
  qr: Qr;
}

const id = encodeURIComponent;
const accountPath = (accountId: string) => `/api/accounts/${id(accountId)}`;

/** Where everything about a person is downloaded: a member, or an account that is no member's. */
export const personExport = (personId: string) => `/api/persons/${id(personId)}/export`;

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
  beginLink: (accountId: string, current: string) => request<{ address: string }>('POST', `${accountPath(accountId)}/oidc`, current ? { current } : {}),
  unlink: (accountId: string) => request<void>('DELETE', `${accountPath(accountId)}/oidc`),
  beginTotp: (accountId: string, current: string) => request<Totp>('POST', `${accountPath(accountId)}/totp`, { current }),
  confirmTotp: (accountId: string, code: string) => request<{ codes: string[] }>('PUT', `${accountPath(accountId)}/totp`, { code }),
  removeTotp: (accountId: string, current?: string) => request<void>('POST', `${accountPath(accountId)}/totp/remove`, { current }),
  renewRecoveryCodes: (accountId: string, current: string) => request<{ codes: string[] }>('POST', `${accountPath(accountId)}/recovery-codes`, { current }),

  sessions: () => allPages<SignedIn>('/api/sessions'),
  signOutSession: (sessionId: string) => request<void>('DELETE', `/api/sessions/${id(sessionId)}`),
  devices: () => allPages<Device>('/api/devices'),
  removeDevice: (deviceId: string) => request<void>('DELETE', `/api/devices/${id(deviceId)}`),

  /** All that who asks may see, and what a token of theirs can be given. */
  tokens: () => request<Page<Token> & { scopes: string[] }>('GET', '/api/tokens?limit=500'),
  addToken: (token: NewToken) => request<Token & { token: string }>('POST', '/api/tokens', token),
  removeToken: (tokenId: string) => request<void>('DELETE', `/api/tokens/${id(tokenId)}`),

  previewErasure: (personId: string) => request<ErasurePreview>('GET', `/api/persons/${id(personId)}/erasure`),
  /** Answers whether it is finished; otherwise it goes on by itself. */
  erase: (personId: string, confirm: string, addresses: string[]) =>
    request<{ finished: boolean }>('POST', `/api/persons/${id(personId)}/erasure`, { confirm, addresses }),

  beginPairing: () => request<Pairing>('POST', '/api/pairings'),
  approvePairing: (code: string, name: string) => request<void>('POST', `/api/pairings/${id(code)}/approve`, { name }),
  takePairing: (code: string, secret: string) => request<{ paired: boolean }>('POST', `/api/pairings/${id(code)}/session`, { secret }),
};
