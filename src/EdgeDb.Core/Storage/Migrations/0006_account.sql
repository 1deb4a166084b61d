-- Who may sign in, where they are signed in, and the tokens of programs. Times are seconds since 1970-01-01T00:00:00 UTC by a clock that never goes back
-- (AccountClock). What is random is kept as its SHA-256, what people choose as Argon2id, what has to be read again is sealed (data_key).

CREATE TABLE account (
  id             TEXT    NOT NULL PRIMARY KEY,
  member_id      TEXT    REFERENCES member (id) ON DELETE SET NULL,
  role           TEXT    NOT NULL CHECK (role IN ('owner', 'adult', 'child', 'guest')),
  name           TEXT    NOT NULL,
  name_key       TEXT    NOT NULL UNIQUE,      -- the name as it is compared: upper case
  password_hash  TEXT,                         -- PHC string; null: cannot sign in with a password
  pin_hash       TEXT,
  totp           BLOB,                         -- sealed, place account.totp/ID
  totp_last_step INTEGER NOT NULL DEFAULT 0,   -- no step is taken twice
  hours          TEXT,                         -- 07:00-20:00 in the household's zone; null: always
  disabled       INTEGER NOT NULL DEFAULT 0,
  created_at     INTEGER NOT NULL,
  version        INTEGER NOT NULL DEFAULT 1
) STRICT, WITHOUT ROWID;
CREATE INDEX account_by_member ON account (member_id);

CREATE TABLE recovery_code (
  account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  hash       BLOB NOT NULL,
  PRIMARY KEY (account_id, hash)
) STRICT, WITHOUT ROWID;

-- A tablet on the wall.
CREATE TABLE device (
  id          TEXT    NOT NULL PRIMARY KEY,
  name        TEXT    NOT NULL,
  approved_by TEXT    REFERENCES account (id) ON DELETE SET NULL,
  created_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX device_by_approver ON device (approved_by);

-- Of an account, or of a device, whose id it then has.
CREATE TABLE session (
  id         TEXT    NOT NULL PRIMARY KEY,
  account_id TEXT    REFERENCES account (id) ON DELETE CASCADE,
  device_id  TEXT    REFERENCES device (id) ON DELETE CASCADE,
  series     BLOB    NOT NULL UNIQUE,          -- 16 bytes that stay for as long as the session; finds it
  hash       BLOB    NOT NULL,                 -- of the secret, which is renewed
  next_hash  BLOB,                             -- of the secret that was given out and has not come back yet
  agent      TEXT    NOT NULL,                 -- what the browser calls itself
  created_at INTEGER NOT NULL,
  renewed_at INTEGER NOT NULL,
  seen_at    INTEGER NOT NULL,
  ended_at   INTEGER,                          -- signed out: worth nothing but for knowing the device again
  CHECK ((account_id IS NULL) <> (device_id IS NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX session_by_account ON session (account_id);
CREATE INDEX session_by_device ON session (device_id);

CREATE TABLE api_token (
  id         TEXT    NOT NULL PRIMARY KEY,
  account_id TEXT    NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  name       TEXT    NOT NULL,
  hash       BLOB    NOT NULL,
  scopes     TEXT    NOT NULL,                 -- events:read calendars:read
  created_at INTEGER NOT NULL,
  expires_at INTEGER,
  seen_at    INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX api_token_by_account ON api_token (account_id);

-- They sign access tokens.
CREATE TABLE signing_key (
  id         TEXT    NOT NULL PRIMARY KEY,
  sealed     BLOB    NOT NULL,                 -- PKCS 8, place signing_key.sealed/ID
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
