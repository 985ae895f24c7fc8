# Calendar days, in the order and with the punctuation of the language.

date_january = January
date_february = February
date_march = March
date_april = April
date_may = May
date_june = June
date_july = July
date_august = August
date_september = September
date_october = October
date_november = November
date_december = December

date_monday = Monday
date_tuesday = Tuesday
date_wednesday = Wednesday
date_thursday = Thursday
date_friday = Friday
date_saturday = Saturday
date_sunday = Sunday

# 12 June
date_day = { $day } { $month }
# Friday 12 June 2026
date_full = { $weekday } { $day } { $month } { $year }
# June 2026
date_month = { $month } { $year }

# From one day to another: 12–15 June, 30 June – 2 July, 30 December 2026 – 2 January 2027
date_span = { $day }–{ $end_day } { $month }
date_span_of_months = { $day } { $month } – { $end_day } { $end_month }
date_span_of_years = { $day } { $month } { $year } – { $end_day } { $end_month } { $end_year }
