# Built in, and off unless asked for.
page_owner=on
page_poison=1
# In seconds: a soft lockup is twice this long.
watchdog_thresh=30
