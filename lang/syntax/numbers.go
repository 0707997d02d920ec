package syntax

import (
	"slices"
	"strings"
	"time"
)

// units are what may follow a number directly: durations, shares, sizes.
var units = []string{"ms", "s", "m", "h", "d", "w", "%", "bp", "KB", "MB", "GB"}

// number takes a token that starts with a digit: a number, quantity, money, date or time.
func (s *scanner) number() {
	start := s.pos
	if s.datePattern() {
		s.date()
		return
	}
	plain := s.skipNumber()
	if s.at(0) == '%' && plain {
		s.pos++
		s.value(Quantity, start)
		return
	}
	end := s.pos
	s.skipName()
	suffix := s.text[end:s.pos]
	switch {
	case len(suffix) == 0 && plain && s.money():
		s.value(Money, start)
	case len(suffix) == 0 && plain:
		s.value(Number, start)
	case plain && isUnit(string(suffix)):
		s.value(Quantity, start)
	default:
		s.value(Bad, start)
	}
}

// Units are what may follow a number directly: durations, shares, sizes.
func Units() []string { return slices.Clone(units) }

func isUnit(suffix string) bool {
	for _, u := range units {
		if u == suffix {
			return true
		}
	}
	return false
}

// skipNumber moves past digits, a fraction and an exponent, and whatever points and digits
// somebody added to them. It reports whether they make a number.
func (s *scanner) skipNumber() bool {
	ok := s.digits()
	if s.at(0) == '.' && isDigit(s.at(1)) {
		s.pos++
		ok = s.digits() && ok
	}
	if e := s.at(0); e == 'e' || e == 'E' {
		sign := 0
		if c := s.at(1); c == '+' || c == '-' {
			sign = 1
		}
		if isDigit(s.at(1 + sign)) {
			s.pos += 1 + sign
			ok = s.digits() && ok
		}
	}
	for s.at(0) == '.' && isDigit(s.at(1)) { // 1.2.3
		s.pos++
		s.digits()
		ok = false
	}
	return ok
}

// digits moves past digits and _, and reports whether each _ stands between two digits.
func (s *scanner) digits() bool {
	ok, last := true, byte('_')
	for c := s.at(0); isDigit(c) || c == '_'; c = s.at(0) {
		if c == '_' && last == '_' {
			ok = false
		}
		last = c
		s.pos++
	}
	return ok && last != '_'
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// money takes a blank and a currency after a number.
func (s *scanner) money() bool {
	if s.at(0) != ' ' || s.pos+4 > s.end || !IsCurrency(string(s.text[s.pos+1:s.pos+4])) {
		return false
	}
	if c := s.at(4); namePart[c] || c >= 0x80 {
		return false
	}
	s.pos += 4
	return true
}

// datePattern reports whether 1234-56-78 stands here and no digit after it.
func (s *scanner) datePattern() bool {
	for i, c := range []byte("dddd-dd-dd") {
		if c == '-' && s.at(i) != '-' || c == 'd' && !isDigit(s.at(i)) {
			return false
		}
	}
	return !isDigit(s.at(10))
}

// date takes a date or time. One with something attached to it, such as a zone, is Bad.
func (s *scanner) date() {
	start, kind := s.pos, Date
	s.pos += len("2026-11-20")
	if s.at(0) == 'T' && s.clock(1) {
		kind = Datetime
		s.pos += len("T06:30")
		if s.at(0) == ':' && isDigit(s.at(1)) && isDigit(s.at(2)) {
			s.pos += len(":00")
		}
	}
	end := s.pos
	for {
		zone := kind == Datetime && (s.at(0) == '+' || s.at(0) == '-') && s.clock(1)
		more := (s.at(0) == '.' || s.at(0) == ':' && kind == Datetime) && isDigit(s.at(1))
		if zone || more {
			s.pos++
		}
		before := s.pos
		s.skipName()
		if s.pos == before && !zone && !more {
			break
		}
	}
	if s.pos != end {
		kind = Bad
	} else if !dateExists(string(s.text[start:s.pos])) {
		kind = Bad
	}
	s.value(kind, start)
}

// clock reports whether 12:34 stands i bytes ahead.
func (s *scanner) clock(i int) bool {
	return isDigit(s.at(i)) && isDigit(s.at(i+1)) && s.at(i+2) == ':' && isDigit(s.at(i+3)) && isDigit(s.at(i+4))
}

// dateLayouts are the forms of Date and Datetime.
var dateLayouts = []string{"2006-01-02", "2006-01-02T15:04", "2006-01-02T15:04:05"}

func dateExists(text string) bool {
	for _, layout := range dateLayouts {
		if len(layout) == len(text) {
			_, err := time.Parse(layout, text)
			return err == nil
		}
	}
	return false
}

// currencies are the codes of ISO 4217 that name money, funds and metals, each followed by a
// blank.
const currencies = "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BOV BRL BSD BTN BWP BYN BZD " +
	"CAD CDF CHE CHF CHW CLF CLP CNY COP COU CRC CUC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD " +
	"GNF GTQ GYD HKD HNL HRK HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD " +
	"LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN " +
	"PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SLL SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD " +
	"TZS UAH UGX USD USN UYI UYU UYW UZS VED VES VND VUV WST XAF XAG XAU XCD XCG XDR XOF XPD XPF XPT XSU XUA YER ZAR ZMW ZWG ZWL "

// IsCurrency reports whether code is a currency of ISO 4217: three upper-case letters.
func IsCurrency(code string) bool {
	return len(code) == 3 && code[0] >= 'A' && strings.Contains(currencies, code+" ") && !strings.Contains(code, " ")
}

// Currencies are the codes of ISO 4217, in the order of the alphabet.
func Currencies() []string { return strings.Fields(currencies) }
