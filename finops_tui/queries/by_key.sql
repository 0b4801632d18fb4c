-- What does each group cost, and what did it cost before?
SELECT COLUMNS('^k\d+$'), currency, label, cost, now, before, n
FROM groups
ORDER BY cost DESC, currency, COLUMNS('^k\d+$')
