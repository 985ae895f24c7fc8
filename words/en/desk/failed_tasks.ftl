# What was to be sent, such as mails, and was given up: a section of the settings of the marketplace.

failed_task_list_title = Given up
failed_task_list_text = What was to be sent and was not taken, for 30 days.
failed_task_list_empty = Nothing that was to be sent has failed.
# $when is a time such as "3 minutes ago".
failed_task_attempts =
    { $attempts ->
        [one] Tried once, last { $when }
       *[other] Tried { $attempts } times, last { $when }
    }
