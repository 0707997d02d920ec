package csv

import "encoding/binary"

// The functions here read the common ways to write a value, and say no to all others: an
// exact but slower reader, batch.Column.AppendText, has the last word on those.

// isDigits reports whether the eight bytes of x are digits.
func isDigits(x uint64) bool {
	return x&0xf0f0f0f0f0f0f0f0|(x+0x0606060606060606)&0xf0f0f0f0f0f0f0f0>>4 == 0x3333333333333333
}

// eight is the number that eight digits write, the first in the lowest byte.
func eight(x uint64) uint64 {
	x = x & 0x0f0f0f0f0f0f0f0f * 2561 >> 8
	x = x & 0x00ff00ff00ff00ff * 6553601 >> 16
	return x & 0x0000ffff0000ffff * 42949672960001 >> 32
}

// digitsBefore is the number that the n bytes before buf[end] write, n from 1 to 18. There
// are at least eight bytes before them.
func digitsBefore(buf []byte, end, n int) (uint64, bool) {
	if uint(n-1) >= 8 {
		return manyDigits(buf, end, n)
	}
	x := binary.LittleEndian.Uint64(buf[end-8:])
	s := uint(64 - 8*n)
	x = x>>(s&63)<<(s&63) | 0x3030303030303030&(1<<(s&63)-1)
	return eight(x), isDigits(x)
}

func manyDigits(buf []byte, end, n int) (uint64, bool) {
	if n < 1 || n > 18 {
		return 0, false
	}
	low, ok1 := digitsBefore(buf, end, 8)
	high, ok2 := digitsBefore(buf, end-8, n-8)
	return high*1e8 + low, ok1 && ok2
}

// pow10 are the powers that fit an int64.
var pow10 = [...]uint64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18}

// parseDecimal is buf[start:end] as a multiple of 10^-scale: a minus sign perhaps, and at most 18
// digits when as many decimals as scale are written.
func parseDecimal(buf []byte, start, end, scale int) (int64, bool) {
	negative := start < end && buf[start] == '-'
	if negative {
		start++
	}
	var n uint64
	switch point := end - scale - 1; {
	case scale == 0 || point <= start || buf[point] != '.' || end-start > 19:
		var ok bool
		if n, ok = shortDecimal(buf[start:end], scale); !ok {
			return 0, false
		}
	case end-start <= 9: // put both parts side by side
		s := uint(8*scale) & 63
		part := binary.LittleEndian.Uint64(buf[end-8:]) >> (64 - s) << (64 - s)
		x := part | binary.LittleEndian.Uint64(buf[point-8:])>>s
		s = uint(8*(9-end+start)) & 63
		x = x>>s<<s | 0x3030303030303030&(1<<s-1)
		if !isDigits(x) {
			return 0, false
		}
		n = eight(x)
	default:
		whole, ok1 := digitsBefore(buf, point, point-start)
		part, ok2 := digitsBefore(buf, end, scale)
		if !ok1 || !ok2 {
			return 0, false
		}
		n = whole*pow10[scale] + part
	}
	if negative {
		return -int64(n), true
	}
	return int64(n), true
}

// shortDecimal reads digits with fewer decimals than scale, or none.
func shortDecimal(text []byte, scale int) (n uint64, ok bool) {
	decimals := -1 // since the point
	for _, c := range text {
		switch {
		case c == '.' && decimals < 0:
			decimals = 0
		case c < '0' || c > '9':
			return 0, false
		default:
			n = n*10 + uint64(c-'0')
			if decimals >= 0 {
				decimals++
			}
		}
	}
	if len(text) == 0 || decimals == 0 || text[0] == '.' || decimals > scale {
		return 0, false
	}
	digits := len(text)
	if decimals > 0 {
		digits--
	}
	up := scale - max(decimals, 0)
	if digits+up > 18 {
		return 0, false
	}
	return n * pow10[up], true
}

// cumulative are the days of a common year before each month; months count from 1.
var cumulative = [13]uint16{0, 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334}

// monthDays are the days of each month in a common year.
var monthDays = [13]uint8{0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}

// parseDate is the date YYYY-MM-DD at the start of text, in days since 1970-01-01.
func parseDate(text []byte) (days int64, ok bool) {
	b := (*[10]byte)(text)
	x := binary.LittleEndian.Uint64(b[:]) // YYYY-MM-
	if b[4] != '-' || b[7] != '-' {
		return 0, false
	}
	x = x&0xffffffff | x>>40&0xffff<<32 | uint64(binary.LittleEndian.Uint16(b[8:]))<<48
	if !isDigits(x) {
		return 0, false
	}
	n := uint32(eight(x))
	y, m, d := n/10000, n/100%100, n%100
	if m-1 > 11 || d-1 >= uint32(monthDays[m]) || y == 0 {
		return 0, false // 29 February too
	}
	before := y - 1
	days = int64(before*365+before/4-before/100+before/400) + int64(cumulative[m]) + int64(d) - 719163
	if m > 2 && y%4 == 0 && (y%100 != 0 || y%400 == 0) {
		days++
	}
	return days, true
}

// parseTime is the time hh:mm:ss at the start of text, in seconds.
func parseTime(text []byte) (seconds int64, ok bool) {
	x := binary.LittleEndian.Uint64(text)
	if x&0x0000ff0000ff0000 != ':'<<16|':'<<40 {
		return 0, false
	}
	x = '0' | '0'<<8 | x&0xffff<<16 | x>>24&0xffff<<32 | x>>48<<48
	if !isDigits(x) {
		return 0, false
	}
	n := uint32(eight(x))
	h, m, s := n/10000, n/100%100, n%100
	return int64(h*3600 + m*60 + s), h < 24 && m < 60 && s < 60
}
