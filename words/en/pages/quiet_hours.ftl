# The settings of quiet hours.

quiet_hours_title = Quiet hours
quiet_hours_text = Nothing is mailed or pushed to you between these times. What was held comes as one mail afterwards.
quiet_hours_is_on = Keep it quiet every day
quiet_hours_from = From
quiet_hours_to = To
# $zone is a time zone, such as Europe/Berlin.
quiet_hours_zone = By the clock of { $zone }
