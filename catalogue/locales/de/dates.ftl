month-1 = Januar
month-2 = Februar
month-3 = März
month-4 = April
month-5 = Mai
month-6 = Juni
month-7 = Juli
month-8 = August
month-9 = September
month-10 = Oktober
month-11 = November
month-12 = Dezember
date = { $day }. { $month } { $year }
moment = { $date }, { $time }
moment-utc = { $date }, { $time } UTC
moment-zone = { $date }, { $time } Uhr ({ $zone })
decimal = { $whole },{ $tenths }
size-bytes = { $count ->
    [one] 1 Byte
   *[other] { $count } Byte
}
size-kilobytes = { $number } kB
size-megabytes = { $number } MB
size-gigabytes = { $number } GB
size-terabytes = { $number } TB
