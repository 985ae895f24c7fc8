# Why a message can’t be changed.
editing_too_old = Too old to edit or delete
editing_too_old_to_edit = Too old to edit
