-- What a message refers to besides its text, as JSON: the message that it replies to. NULL where nothing is attached, and
-- once the message is deleted or expired.
ALTER TABLE messages ADD COLUMN attached TEXT;
