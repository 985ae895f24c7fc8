# Reactions to a message. The name of their group, for screen readers.
reactions_label = Reactions
# The button of one emoji. $names is a list of people.
reactions_chip = { $emoji }: { $names }
# At the end of a list of names.
reactions_others =
    { $count ->
        [one] 1 other
       *[other] { $count } others
    }
reactions_react = React
reactions_with = React with { $emoji }
reactions_other = Other emoji
reactions_field = Any emoji
reactions_who = Who reacted
