"""The trial of 6-mercaptopurine in acute leukaemia (Freireich et al. 1963, Blood 21:699), by pair of patients.

Klein and Moeschberger, Survival Analysis (2003), table 1.1: weeks in remission under placebo, where every remission
ended, under 6-MP, and whether that ended.
"""

PAIRS = [
    (1, 10, True),
    (22, 7, True),
    (3, 32, False),
    (12, 23, True),
    (8, 22, True),
    (17, 6, True),
    (2, 16, True),
    (11, 34, False),
    (8, 32, False),
    (12, 25, False),
    (2, 11, False),
    (5, 20, False),
    (4, 19, False),
    (15, 6, True),
    (8, 17, False),
    (23, 35, False),
    (5, 6, True),
    (11, 13, True),
    (4, 9, False),
    (1, 6, False),
    (8, 10, False),
]
