-- Who an account is to an OpenID Connect provider that the household runs or trusts. A provider names people for ever (sub), and never by their mail address: that can pass to
-- somebody else.

ALTER TABLE account ADD COLUMN oidc_provider TEXT;  -- the issuer without a slash at its end
ALTER TABLE account ADD COLUMN oidc_subject  TEXT;
CREATE UNIQUE INDEX account_by_link ON account (oidc_provider, oidc_subject);
