# What is wrong with the number of days that was typed.
retention_check_too_few = Keep messages for at least 1 day. To keep them for good, turn deleting off.
retention_check_too_many = Keep messages for at most 36,500 days, which is 100 years.
retention_check_no_number = Type a number of days, like 365.
