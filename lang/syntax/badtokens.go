package syntax

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/recon-lang/recon/lang/diag"
)

// badToken says what is wrong with a Bad token, or nil if that has been said of the whole file.
func badToken(text []byte, t Token) *fault {
	word := string(text[t.Start:t.End])
	f := &fault{start: t.Start, end: t.End}
	switch c := word[0]; {
	case c == '"' || c == '\'':
		return openString(f, word)
	case isDigit(c) || c == '.' && len(word) > 1:
		return badNumber(f, word)
	case c == '`':
		f.code, f.message, f.hint = diag.BadCharacter, "a string is not written in backticks", "write '…' for a text in which nothing is interpolated"
		return f
	case c == ';':
		nothing := ""
		f.code, f.message, f.hint, f.fix = diag.BadCharacter, "`;` means nothing", "a statement ends with its line", &nothing
		return f
	}
	return badCharacter(f, word)
}

func openString(f *fault, word string) *fault {
	f.code, f.message = diag.OpenString, "this string is not closed on its line"
	switch {
	case strings.HasPrefix(word, `"""`):
		f.code, f.message, f.hint = diag.BadText, "this text is not closed", `it ends with """`
		f.end = f.start + 3
	case strings.Contains(word, "${"):
		f.hint = "or one of its ${ has no }"
	default:
		f.hint = `several lines stand between """ and """`
	}
	return f
}

func badNumber(f *fault, word string) *fault {
	if len(word) >= 10 && word[4] == '-' && word[7] == '-' {
		f.code, f.message = diag.BadDate, "there is no date or time "+quoted(word)
		f.hint = "dates and times are written 2026-11-20, 2026-11-20T06:30 and 2026-11-20T06:30:00"
		if rest := word[10:]; rest != "" && (strings.ContainsAny(rest, "Z+") || strings.Contains(rest, "-")) {
			f.message, f.hint = "a time has no zone of its own", "it takes the zone of the column it meets, else that of the schedule"
		} else if strings.Contains(rest, ".") {
			f.message = "a time has no fractions of a second"
		}
		return f
	}
	f.code, f.message, f.hint = diag.BadNumber, "there is no number "+quoted(word), "numbers are written 12, 1_000, 0.10 and 1e6"
	if word[0] == '.' {
		fixed := "0" + word
		f.hint, f.fix = "write: "+fixed, &fixed
		return f
	}
	s := scanner{text: []byte(word), end: len(word)}
	plain := s.skipNumber()
	number, unit := word[:s.pos], word[s.pos:]
	if unit == "" || !plain {
		return f
	}
	switch lower := strings.ToLower(unit); {
	case number == "0" && (unit[0] == 'x' || unit[0] == 'b' || unit[0] == 'o') && len(unit) > 1:
		f.hint = "there are only decimal numbers"
	case IsCurrency(strings.ToUpper(unit)):
		money := number + " " + strings.ToUpper(unit)
		f.code, f.message, f.hint, f.fix = diag.BadMoney, "between a number and its currency stands one blank", "write: "+money, &money
	default:
		f.code, f.message = diag.UnknownUnit, fmt.Sprintf("there is no unit %q", unit)
		f.hint = "the units are " + list(units, "and")
		if near := otherUnits[lower]; near != "" {
			fixed := number + near
			f.hint, f.fix = "write: "+fixed, &fixed
		} else if strings.ContainsAny(unit, "0123456789") {
			f.hint = "a quantity has one unit: 90s, not 1m30s"
		}
	}
	return f
}

// otherUnits are other spellings of our units, in lower case.
var otherUnits = map[string]string{
	"min": "m", "mins": "m", "minute": "m", "minutes": "m", "sec": "s", "secs": "s", "second": "s", "seconds": "s",
	"hr": "h", "hrs": "h", "hour": "h", "hours": "h", "day": "d", "days": "d", "week": "w", "weeks": "w",
	"msec": "ms", "millis": "ms", "bps": "bp", "pct": "%", "percent": "%", "kb": "KB", "mb": "MB", "gb": "GB",
	"k": "KB", "kib": "KB", "mib": "MB", "gib": "GB",
}

// lookalikes are characters that are taken for one of ours.
var lookalikes = map[rune]string{
	'，': ",", '：': ":", '（': "(", '）': ")", '［': "[", '］': "]", '｛': "{", '｝': "}", '｜': "|", '＝': "=", '＜': "<", '＞': ">",
	'＋': "+", '－': "-", '＊': "*", '／': "/", '％': "%", '＃': "#", '．': ".", '。': ".", '、': ",", '？': "?", '！': "!",
	'“': "\"", '”': "\"", '„': "\"", '＂': "\"", '‘': "'", '’': "'", '＇': "'", '−': "-", '–': "-", '—': "-", '×': "*", '÷': "/",
	'≤': "<=", '≥': ">=", '≠': "!=", '∣': "|", '¦': "|", '\u00a0': " ", '\u3000': " ", '\u2003': " ", '\u2002': " ", '\u202f': " ",
}

func badCharacter(f *fault, word string) *fault {
	r, size := utf8.DecodeRuneInString(word)
	if r == utf8.RuneError && size == 1 {
		return nil
	}
	f.code = diag.BadCharacter
	instead, alike := lookalikes[r]
	switch {
	case instead == " ":
		f.message, f.hint, f.fix = fmt.Sprintf("this blank is the character U+%04X", r), "write a plain blank", &instead
	case alike:
		f.message, f.hint, f.fix = fmt.Sprintf("the character `%s` means nothing here", word), "write: "+instead, &instead
	case unicode.IsPrint(r):
		f.message = fmt.Sprintf("the character `%s` means nothing here", word)
	case r == '\r':
		f.message = "a carriage return that ends no line"
	default:
		f.message = fmt.Sprintf("the invisible character U+%04X means nothing here", r)
	}
	if r == '$' {
		f.message, f.hint = "the character `$` means nothing here", "${…} stands in strings only"
	}
	return f
}
