-- The language that a user reads, by its tag (BCP 47), for mails and pushes; nothing: English.
ALTER TABLE users ADD COLUMN language TEXT;
