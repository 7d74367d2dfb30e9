/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The MC146818's registers are read twice in a row until both are the same and no update is in progress between; they
 * may be BCD or binary, of 12 or 24 hours (register B).  The century is not stored in a place that all agree on: years
 * 70..99 are 19xx.
 */
#include "cmos.h"

#include <stdbool.h>

#include "cpu.h"

#define ADDRESS 0x70
#define DATA 0x71
#define NMI_OFF 0x80
#define REGISTER_A 0x0a
#define REGISTER_B 0x0b
#define A_UPDATING 0x80
#define B_BINARY 0x04
#define B_24_HOURS 0x02
#define HOUR_PM 0x80
#define LOOKS 100000
#define DAY_SECONDS 86400u

enum { SECOND, MINUTE, HOUR, DAY, MONTH, YEAR, FIELD_COUNT };

static uint8_t read_register(uint8_t number)
{
    port_out8(ADDRESS, NMI_OFF | number);
    return port_in8(DATA);
}

static void read_fields(uint8_t field[FIELD_COUNT])
{
    static const uint8_t numbers[FIELD_COUNT] = { 0, 2, 4, 7, 8, 9 };

    for (uint32_t i = 0; i < LOOKS && (read_register(REGISTER_A) & A_UPDATING); i++)
        ;
    for (int i = 0; i < FIELD_COUNT; i++)
        field[i] = read_register(numbers[i]);
}

static bool same(const uint8_t *left, const uint8_t *right)
{
    for (int i = 0; i < FIELD_COUNT; i++)
        if (left[i] != right[i])
            return false;
    return true;
}

static uint32_t binary(uint8_t value, uint8_t b)
{
    return b & B_BINARY ? value : (value >> 4) * 10u + (value & 15);
}

static uint32_t hour_of(uint8_t value, uint8_t b)
{
    uint32_t hour = binary(value & ~HOUR_PM, b);

    if (b & B_24_HOURS)
        return binary(value, b);
    return hour % 12 + (value & HOUR_PM ? 12 : 0);
}

/* Days from 1970-01-01; months counted from March, so that the leap day is the last of a year. */
static uint64_t days(uint32_t year, uint32_t month, uint32_t day)
{
    uint32_t m = (month + 9) % 12, y = year - m / 10;

    return 365ull * y + y / 4 - y / 100 + y / 400 + (m * 306 + 5) / 10 + day - 1 - 719468;
}

uint64_t cmos_seconds(void)
{
    uint8_t field[FIELD_COUNT], again[FIELD_COUNT], b = read_register(REGISTER_B);
    uint32_t year, month, day;

    read_fields(field);
    for (read_fields(again); !same(field, again); read_fields(again))
        for (int i = 0; i < FIELD_COUNT; i++)
            field[i] = again[i];
    year = binary(field[YEAR], b);
    month = binary(field[MONTH], b);
    day = binary(field[DAY], b);
    if (month < 1 || month > 12 || day < 1 || day > 31 || year > 99)
        return 0;
    return days(year + (year < 70 ? 2000 : 1900), month, day) * DAY_SECONDS + hour_of(field[HOUR], b) * 3600 +
           binary(field[MINUTE], b) * 60 + binary(field[SECOND], b);
}
