namespace EdgeDb.Core.Tests.Calendars.Recurrence;

/// <summary>
/// Rules and their instances for a person to read. Each block: what it is, the rule, its start, and the instances as
/// <c>year: month days; month days</c> at the time of the start, or as <c>date: times</c>. "..." means that the rule goes on.
/// </summary>
internal static class RecurrenceTable
{
    /// <summary>The examples of RFC 5545 §3.8.5.3 and §3.3.10.</summary>
    public const string Rfc5545 = """
        Daily for 10 occurrences
        FREQ=DAILY;COUNT=10
        from 1997-09-02 09:00
        1997: Sep 2-11

        Daily until December 24, 1997
        FREQ=DAILY;UNTIL=19971224T000000Z
        from 1997-09-02 09:00
        1997: Sep 2-30; Oct 1-31; Nov 1-30; Dec 1-23

        Every other day
        FREQ=DAILY;INTERVAL=2
        from 1997-09-02 09:00
        1997: Sep 2,4,6,8,10,12,14,16,18,20,22,24,26,28,30; Oct 2,4,6,8,10,12,14,16,18,20,22,24,26,28,30; Nov 1,3,5
        ...

        Every 10 days, 5 occurrences
        FREQ=DAILY;INTERVAL=10;COUNT=5
        from 1997-09-02 09:00
        1997: Sep 2,12,22; Oct 2,12

        Every day in January, for 3 years
        FREQ=YEARLY;UNTIL=20000131T140000Z;BYMONTH=1;BYDAY=SU,MO,TU,WE,TH,FR,SA
        from 1998-01-01 09:00
        1998: Jan 1-31
        1999: Jan 1-31
        2000: Jan 1-31

        The same with another frequency
        FREQ=DAILY;UNTIL=20000131T140000Z;BYMONTH=1
        from 1998-01-01 09:00
        1998: Jan 1-31
        1999: Jan 1-31
        2000: Jan 1-31

        Weekly for 10 occurrences
        FREQ=WEEKLY;COUNT=10
        from 1997-09-02 09:00
        1997: Sep 2,9,16,23,30; Oct 7,14,21,28; Nov 4

        Weekly until December 24, 1997
        FREQ=WEEKLY;UNTIL=19971224T000000Z
        from 1997-09-02 09:00
        1997: Sep 2,9,16,23,30; Oct 7,14,21,28; Nov 4,11,18,25; Dec 2,9,16,23

        Every other week
        FREQ=WEEKLY;INTERVAL=2;WKST=SU
        from 1997-09-02 09:00
        1997: Sep 2,16,30; Oct 14,28; Nov 11,25; Dec 9,23
        1998: Jan 6,20; Feb 3,17
        ...

        Weekly on Tuesday and Thursday for five weeks
        FREQ=WEEKLY;UNTIL=19971007T000000Z;WKST=SU;BYDAY=TU,TH
        from 1997-09-02 09:00
        1997: Sep 2,4,9,11,16,18,23,25,30; Oct 2

        The same by count
        FREQ=WEEKLY;COUNT=10;WKST=SU;BYDAY=TU,TH
        from 1997-09-02 09:00
        1997: Sep 2,4,9,11,16,18,23,25,30; Oct 2

        Every other week on Monday, Wednesday and Friday until December 24, 1997
        FREQ=WEEKLY;INTERVAL=2;UNTIL=19971224T000000Z;WKST=SU;BYDAY=MO,WE,FR
        from 1997-09-01 09:00
        1997: Sep 1,3,5,15,17,19,29; Oct 1,3,13,15,17,27,29,31; Nov 10,12,14,24,26,28; Dec 8,10,12,22

        Every other week on Tuesday and Thursday, for 8 occurrences
        FREQ=WEEKLY;INTERVAL=2;COUNT=8;WKST=SU;BYDAY=TU,TH
        from 1997-09-02 09:00
        1997: Sep 2,4,16,18,30; Oct 2,14,16

        Monthly on the first Friday for 10 occurrences
        FREQ=MONTHLY;COUNT=10;BYDAY=1FR
        from 1997-09-05 09:00
        1997: Sep 5; Oct 3; Nov 7; Dec 5
        1998: Jan 2; Feb 6; Mar 6; Apr 3; May 1; Jun 5

        Monthly on the first Friday until December 24, 1997
        FREQ=MONTHLY;UNTIL=19971224T000000Z;BYDAY=1FR
        from 1997-09-05 09:00
        1997: Sep 5; Oct 3; Nov 7; Dec 5

        Every other month on the first and last Sunday for 10 occurrences
        FREQ=MONTHLY;INTERVAL=2;COUNT=10;BYDAY=1SU,-1SU
        from 1997-09-07 09:00
        1997: Sep 7,28; Nov 2,30
        1998: Jan 4,25; Mar 1,29; May 3,31

        Monthly on the second-to-last Monday for 6 months
        FREQ=MONTHLY;COUNT=6;BYDAY=-2MO
        from 1997-09-22 09:00
        1997: Sep 22; Oct 20; Nov 17; Dec 22
        1998: Jan 19; Feb 16

        Monthly on the third-to-last day
        FREQ=MONTHLY;BYMONTHDAY=-3
        from 1997-09-28 09:00
        1997: Sep 28; Oct 29; Nov 28; Dec 29
        1998: Jan 29; Feb 26
        ...

        Monthly on the 2nd and 15th for 10 occurrences
        FREQ=MONTHLY;COUNT=10;BYMONTHDAY=2,15
        from 1997-09-02 09:00
        1997: Sep 2,15; Oct 2,15; Nov 2,15; Dec 2,15
        1998: Jan 2,15

        Monthly on the first and last day for 10 occurrences
        FREQ=MONTHLY;COUNT=10;BYMONTHDAY=1,-1
        from 1997-09-30 09:00
        1997: Sep 30; Oct 1,31; Nov 1,30; Dec 1,31
        1998: Jan 1,31; Feb 1

        Every 18 months on the 10th thru 15th for 10 occurrences
        FREQ=MONTHLY;INTERVAL=18;COUNT=10;BYMONTHDAY=10,11,12,13,14,15
        from 1997-09-10 09:00
        1997: Sep 10-15
        1999: Mar 10-13

        Every Tuesday, every other month
        FREQ=MONTHLY;INTERVAL=2;BYDAY=TU
        from 1997-09-02 09:00
        1997: Sep 2,9,16,23,30; Nov 4,11,18,25
        1998: Jan 6,13,20,27; Mar 3,10,17,24,31
        ...

        Yearly in June and July for 10 occurrences
        FREQ=YEARLY;COUNT=10;BYMONTH=6,7
        from 1997-06-10 09:00
        1997: Jun 10; Jul 10
        1998: Jun 10; Jul 10
        1999: Jun 10; Jul 10
        2000: Jun 10; Jul 10
        2001: Jun 10; Jul 10

        Every other year in January, February and March for 10 occurrences
        FREQ=YEARLY;INTERVAL=2;COUNT=10;BYMONTH=1,2,3
        from 1997-03-10 09:00
        1997: Mar 10
        1999: Jan 10; Feb 10; Mar 10
        2001: Jan 10; Feb 10; Mar 10
        2003: Jan 10; Feb 10; Mar 10

        Every third year on the 1st, 100th and 200th day for 10 occurrences
        FREQ=YEARLY;INTERVAL=3;COUNT=10;BYYEARDAY=1,100,200
        from 1997-01-01 09:00
        1997: Jan 1; Apr 10; Jul 19
        2000: Jan 1; Apr 9; Jul 18
        2003: Jan 1; Apr 10; Jul 19
        2006: Jan 1

        Every 20th Monday of the year
        FREQ=YEARLY;BYDAY=20MO
        from 1997-05-19 09:00
        1997: May 19
        1998: May 18
        1999: May 17
        ...

        Monday of week number 20
        FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO
        from 1997-05-12 09:00
        1997: May 12
        1998: May 11
        1999: May 17
        ...

        Every Thursday in March
        FREQ=YEARLY;BYMONTH=3;BYDAY=TH
        from 1997-03-13 09:00
        1997: Mar 13,20,27
        1998: Mar 5,12,19,26
        1999: Mar 4,11,18,25
        ...

        Every Thursday, but only during June, July and August
        FREQ=YEARLY;BYDAY=TH;BYMONTH=6,7,8
        from 1997-06-05 09:00
        1997: Jun 5,12,19,26; Jul 3,10,17,24,31; Aug 7,14,21,28
        1998: Jun 4,11,18,25; Jul 2,9,16,23,30; Aug 6,13,20,27
        1999: Jun 3,10,17,24; Jul 1,8,15,22,29; Aug 5,12,19,26
        ...

        Every Friday the 13th, from a day that is none
        FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13
        from 1997-09-02 09:00
        1998: Feb 13; Mar 13; Nov 13
        1999: Aug 13
        2000: Oct 13
        ...

        The first Saturday that follows the first Sunday of the month
        FREQ=MONTHLY;BYDAY=SA;BYMONTHDAY=7,8,9,10,11,12,13
        from 1997-09-13 09:00
        1997: Sep 13; Oct 11; Nov 8; Dec 13
        1998: Jan 10; Feb 7; Mar 7; Apr 11; May 9; Jun 13
        ...

        Every 4 years, the first Tuesday after a Monday in November
        FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8
        from 1996-11-05 09:00
        1996: Nov 5
        2000: Nov 7
        2004: Nov 2
        ...

        The third of Tuesday, Wednesday or Thursday in the month, for 3 months
        FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3
        from 1997-09-04 09:00
        1997: Sep 4; Oct 7; Nov 6

        The second-to-last weekday of the month
        FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2
        from 1997-09-29 09:00
        1997: Sep 29; Oct 30; Nov 27; Dec 30
        1998: Jan 29; Feb 26; Mar 30
        ...

        Every 3 hours from 9:00 to 17:00 on a day
        FREQ=HOURLY;INTERVAL=3;UNTIL=19970902T170000Z
        from 1997-09-02 09:00
        1997-09-02: 09:00, 12:00, 15:00

        Every 15 minutes for 6 occurrences
        FREQ=MINUTELY;INTERVAL=15;COUNT=6
        from 1997-09-02 09:00
        1997-09-02: 09:00, 09:15, 09:30, 09:45, 10:00, 10:15

        Every hour and a half for 4 occurrences
        FREQ=MINUTELY;INTERVAL=90;COUNT=4
        from 1997-09-02 09:00
        1997-09-02: 09:00, 10:30, 12:00, 13:30

        Every 20 minutes from 9:00 to 16:40 every day
        FREQ=DAILY;BYHOUR=9,10,11,12,13,14,15,16;BYMINUTE=0,20,40
        from 1997-09-02 09:00
        1997-09-02: 09:00, 09:20, 09:40, 10:00, 10:20, 10:40, 11:00, 11:20, 11:40, 12:00, 12:20, 12:40
        1997-09-02: 13:00, 13:20, 13:40, 14:00, 14:20, 14:40, 15:00, 15:20, 15:40, 16:00, 16:20, 16:40
        1997-09-03: 09:00, 09:20
        ...

        The same with another frequency
        FREQ=MINUTELY;INTERVAL=20;BYHOUR=9,10,11,12,13,14,15,16
        from 1997-09-02 09:00
        1997-09-02: 09:00, 09:20, 09:40, 10:00, 10:20, 10:40, 11:00, 11:20, 11:40, 12:00, 12:20, 12:40
        1997-09-02: 13:00, 13:20, 13:40, 14:00, 14:20, 14:40, 15:00, 15:20, 15:40, 16:00, 16:20, 16:40
        1997-09-03: 09:00, 09:20
        ...

        Where the week starts makes a difference: on Monday
        FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO
        from 1997-08-05 09:00
        1997: Aug 5,10,19,24

        Where the week starts makes a difference: on Sunday
        FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU
        from 1997-08-05 09:00
        1997: Aug 5,17,19,31

        A date that does not exist is left out
        FREQ=MONTHLY;BYMONTHDAY=15,30;COUNT=5
        from 2007-01-15 09:00
        2007: Jan 15,30; Feb 15; Mar 15,30
        """;

    /// <summary>What the RFC has no example for, and what this engine decided where it leaves a choice.</summary>
    public const string Own = """
        A birthday on leap day is in leap years only
        FREQ=YEARLY
        from 2020-02-29 09:00
        2020: Feb 29
        2024: Feb 29
        2028: Feb 29
        ...

        2100 is no leap year
        FREQ=YEARLY;INTERVAL=4
        from 2092-02-29 09:00
        2092: Feb 29
        2096: Feb 29
        2104: Feb 29
        ...

        The 31st of every month that has one
        FREQ=MONTHLY
        from 2026-01-31 09:00
        2026: Jan 31; Mar 31; May 31; Jul 31; Aug 31; Oct 31; Dec 31
        ...

        The last day of the month
        FREQ=MONTHLY;BYMONTHDAY=-1
        from 2024-01-31 09:00
        2024: Jan 31; Feb 29; Mar 31; Apr 30
        ...

        One day counted from both ends is one instance
        FREQ=MONTHLY;BYMONTHDAY=28,-1;COUNT=4
        from 2026-01-28 09:00
        2026: Jan 28,31; Feb 28; Mar 28

        The last workday of the quarter
        FREQ=MONTHLY;INTERVAL=3;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1
        from 2026-03-31 18:00
        2026: Mar 31; Jun 30; Sep 30; Dec 31
        2027: Mar 31; Jun 30
        ...

        The fifth Friday where there is one
        FREQ=MONTHLY;BYDAY=5FR
        from 2026-01-30 09:00
        2026: Jan 30; May 29; Jul 31; Oct 30
        ...

        A weekday with and without a number
        FREQ=MONTHLY;BYDAY=SU,1MO;COUNT=7
        from 2026-02-01 09:00
        2026: Feb 1,2,8,15,22; Mar 1,2

        BYMONTHDAY alone keeps the month of the start
        FREQ=YEARLY;BYMONTHDAY=1,15
        from 2026-05-01 09:00
        2026: May 1,15
        2027: May 1,15
        ...

        With a weekday it picks from the whole year
        FREQ=YEARLY;BYMONTHDAY=13;BYDAY=FR
        from 2026-01-01 09:00
        2026: Feb 13; Mar 13; Nov 13
        2027: Aug 13
        ...

        BYWEEKNO alone keeps the weekday of the start
        FREQ=YEARLY;BYWEEKNO=1
        from 2025-12-29 09:00
        2025: Dec 29
        2027: Jan 4
        2028: Jan 3
        2029: Jan 1
        2029: Dec 31
        ...

        Week 53 only where the year has one
        FREQ=YEARLY;BYWEEKNO=53;BYDAY=MO,SU
        from 2020-12-28 09:00
        2020: Dec 28
        2021: Jan 3
        2026: Dec 28
        2027: Jan 3
        2032: Dec 27
        2033: Jan 2
        ...

        Weeks counted from the end of the year
        FREQ=YEARLY;BYWEEKNO=-1;BYDAY=SU
        from 2026-01-01 09:00
        2027: Jan 3
        2028: Jan 2
        2028: Dec 31
        ...

        The 100th day from the end
        FREQ=YEARLY;BYYEARDAY=-100
        from 2026-01-01 09:00
        2026: Sep 23
        2027: Sep 23
        2028: Sep 23
        ...

        The last Monday of the year
        FREQ=YEARLY;BYDAY=-1MO
        from 2026-12-28 09:00
        2026: Dec 28
        2027: Dec 27
        2028: Dec 25
        ...

        The first hour of every workday, hour by hour
        FREQ=HOURLY;BYDAY=MO,TU,WE,TH,FR;BYHOUR=9
        from 2026-01-02 09:00
        2026: Jan 2,5-9,12
        ...

        Every 90 minutes within the office hours of a phase that shifts by day
        FREQ=MINUTELY;INTERVAL=90;BYHOUR=9,10,11;COUNT=4
        from 2026-01-02 10:00
        2026-01-02: 10:00, 11:30
        2026-01-03: 10:00, 11:30

        Seconds that only meet every 61st step
        FREQ=SECONDLY;INTERVAL=61;BYSECOND=0;COUNT=2
        from 2026-01-01 00:00
        2026-01-01: 00:00, 01:01

        Every week day by set position over hours and minutes
        FREQ=DAILY;BYHOUR=8,20;BYMINUTE=0,30;BYSETPOS=1,-1;COUNT=4
        from 2026-01-01 08:00
        2026-01-01: 08:00, 20:30
        2026-01-02: 08:00, 20:30

        A count and an end: what comes first
        FREQ=DAILY;COUNT=10;UNTIL=20260103
        from 2026-01-01 09:00
        2026: Jan 1-3

        An end that is a date includes that whole day
        FREQ=DAILY;UNTIL=20260103
        from 2026-01-01 23:30
        2026: Jan 1-3

        Feb 30 never comes
        FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30
        from 2026-01-01 09:00

        Neither does second 5 in steps of a minute
        FREQ=SECONDLY;INTERVAL=60;BYSECOND=5
        from 2026-01-01 09:00

        Nor a Monday in steps of a week from a Tuesday
        FREQ=DAILY;INTERVAL=7;BYDAY=MO
        from 2026-01-06 09:00
        """;
}
