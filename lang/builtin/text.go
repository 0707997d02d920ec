package builtin

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/recon-lang/recon/sdk/schema"
)

// appender is the Bound of a function from text to text.
type appender = func(dst, src []byte) ([]byte, error)

var lowerFunc = &Func{
	Name: "lower", Family: TextFamily,
	Params:  []Param{{Name: "text", Kinds: textKinds}},
	Doc:     "The text in small letters, code point by code point.",
	Example: `lower("Paid")  → "paid"`,
	Result:  gives(schema.String),
	Bind: func(Context, schema.Type, []schema.Value) (Bound, error) {
		return Bound{Text: func(dst, src []byte) ([]byte, error) { return appendMapped(dst, src, 'A', unicode.ToLower), nil }}, nil
	},
}

var upperFunc = &Func{
	Name: "upper", Family: TextFamily,
	Params:  []Param{{Name: "text", Kinds: textKinds}},
	Doc:     "The text in capital letters, code point by code point.",
	Example: `upper("Paid")  → "PAID"`,
	Result:  gives(schema.String),
	Bind: func(Context, schema.Type, []schema.Value) (Bound, error) {
		return Bound{Text: func(dst, src []byte) ([]byte, error) { return appendMapped(dst, src, 'a', unicode.ToUpper), nil }}, nil
	},
}

// appendMapped appends src with every code point mapped. ASCII letters from first on change case by
// one bit.
func appendMapped(dst, src []byte, first byte, mapped func(rune) rune) []byte {
	for i := 0; i < len(src); i++ {
		c := src[i]
		if c >= utf8.RuneSelf {
			return appendRunes(dst, src[i:], mapped)
		}
		if c-first < 26 {
			c ^= 0x20
		}
		dst = append(dst, c)
	}
	return dst
}

// appendRunes appends src with every code point mapped. A byte that is no text stays as it is, so that two
// texts that differ in it still differ.
func appendRunes(dst, src []byte, mapped func(rune) rune) []byte {
	for len(src) > 0 {
		r, size := utf8.DecodeRune(src)
		if r == utf8.RuneError && size == 1 {
			dst = append(dst, src[0])
		} else {
			dst = utf8.AppendRune(dst, mapped(r))
		}
		src = src[size:]
	}
	return dst
}

var trimFunc = &Func{
	Name: "trim", Family: TextFamily,
	Params:  []Param{{Name: "text", Kinds: textKinds}, {Name: "characters", Kinds: textKinds, Optional: true}},
	Doc:     "The text without white space at both ends; with characters, without any of those.",
	Example: "trim(\"`10.00`\", \"`\")  → \"10.00\"",
	Result:  gives(schema.String),
	Bind: func(_ Context, _ schema.Type, rest []schema.Value) (Bound, error) {
		if len(rest) == 0 {
			return Bound{Text: func(dst, src []byte) ([]byte, error) { return append(dst, bytes.TrimSpace(src)...), nil }}, nil
		}
		cutset := rest[0].Text
		return Bound{Text: func(dst, src []byte) ([]byte, error) { return append(dst, bytes.Trim(src, cutset)...), nil }}, nil
	},
}

var replaceFunc = &Func{
	Name: "replace", Family: TextFamily,
	Params:  []Param{{Name: "text", Kinds: textKinds}, {Name: "old", Kinds: textKinds}, {Name: "new", Kinds: textKinds}},
	Doc:     "The text with every occurrence of old replaced by new, from left to right. An empty old occurs nowhere.",
	Example: `replace("1,234.50", ",", "")  → "1234.50"`,
	Result:  gives(schema.String),
	Bind: func(_ Context, _ schema.Type, rest []schema.Value) (Bound, error) {
		from, to := []byte(rest[0].Text), []byte(rest[1].Text)
		return Bound{Text: func(dst, src []byte) ([]byte, error) {
			for len(from) > 0 {
				i := bytes.Index(src, from)
				if i < 0 {
					break
				}
				dst = append(append(dst, src[:i]...), to...)
				src = src[i+len(from):]
			}
			return append(dst, src...), nil
		}}, nil
	},
}

var substrFunc = &Func{
	Name: "substr", Family: TextFamily,
	Params: []Param{{Name: "text", Kinds: textKinds}, {Name: "start", Kinds: intKinds}, {Name: "length", Kinds: intKinds, Optional: true}},
	Doc: "The part of the text from code point start, counted from 1, on; with length, at most so many code points. " +
		"A negative start counts from the end: -4 are the last four.",
	Example: `substr("20261120", 1, 4)  → "2026"`,
	Result: func(args []Arg) (schema.Type, *Problem) {
		if start := args[1].Literal; start != nil && start.Int == 0 {
			return schema.Type{}, &Problem{Arg: 1, Text: "substr counts from 1", Hint: "write 1 for the first code point"}
		}
		if len(args) > 2 && args[2].Literal != nil && args[2].Literal.Int < 0 {
			return schema.Type{}, &Problem{Arg: 2, Text: "a length cannot be negative"}
		}
		return kind(schema.String), nil
	},
	Bind: func(_ Context, _ schema.Type, rest []schema.Value) (Bound, error) {
		start, length := rest[0].Int, int64(-1)
		if start == 0 {
			return Bound{}, errors.New("substr counts from 1, not from 0")
		}
		if len(rest) > 1 {
			if length = rest[1].Int; length < 0 {
				return Bound{}, fmt.Errorf("length %d of substr is negative", length)
			}
		}
		return Bound{Text: substr(start, length)}, nil
	},
}

// substr cuts length code points (-1: all) from code point start, which is not 0.
func substr(start, length int64) appender {
	return func(dst, src []byte) ([]byte, error) {
		first := start - 1
		if start < 0 {
			first = max(int64(utf8.RuneCount(src))+start, 0)
		}
		src = src[skipRunes(src, first):]
		if length >= 0 {
			src = src[:skipRunes(src, length)]
		}
		return append(dst, src...), nil
	}
}

// skipRunes is the offset of code point n, at most len(text).
func skipRunes(text []byte, n int64) int {
	i := 0
	for ; n > 0 && i < len(text); n-- {
		if text[i] < utf8.RuneSelf {
			i++
			continue
		}
		_, size := utf8.DecodeRune(text[i:])
		i += size
	}
	return i
}

var splitPartFunc = &Func{
	Name: "split_part", Family: TextFamily,
	Params: []Param{{Name: "text", Kinds: textKinds}, {Name: "separator", Kinds: textKinds}, {Name: "n", Kinds: intKinds}},
	Doc: "The n-th part, counted from 1, of the text cut at every separator; a negative n counts from the end. " +
		"Where there is no such part it is the empty text.",
	Example: `split_part("pay-2026-7", "-", 2)  → "2026"`,
	Result: func(args []Arg) (schema.Type, *Problem) {
		if sep := args[1].Literal; sep != nil && sep.Text == "" {
			return schema.Type{}, &Problem{Arg: 1, Text: "the separator of split_part cannot be empty"}
		}
		if n := args[2].Literal; n != nil && n.Int == 0 {
			return schema.Type{}, &Problem{Arg: 2, Text: "split_part counts from 1", Hint: "write 1 for the first part"}
		}
		return kind(schema.String), nil
	},
	Bind: func(_ Context, _ schema.Type, rest []schema.Value) (Bound, error) {
		sep, n := []byte(rest[0].Text), rest[1].Int
		if len(sep) == 0 {
			return Bound{}, errors.New("the separator of split_part is empty")
		}
		if n == 0 {
			return Bound{}, errors.New("split_part counts from 1, not from 0")
		}
		return Bound{Text: func(dst, src []byte) ([]byte, error) {
			want := n - 1
			if n < 0 {
				want = int64(bytes.Count(src, sep)) + 1 + n
			}
			if want < 0 {
				return dst, nil
			}
			for ; want > 0; want-- {
				i := bytes.Index(src, sep)
				if i < 0 {
					return dst, nil
				}
				src = src[i+len(sep):]
			}
			if i := bytes.Index(src, sep); i >= 0 {
				src = src[:i]
			}
			return append(dst, src...), nil
		}}, nil
	},
}

// maxPad bounds the width of pad_left: a longer text is a mistake, not a key.
const maxPad = 4096

var padLeftFunc = &Func{
	Name: "pad_left", Family: TextFamily,
	Params: []Param{
		{Name: "text", Kinds: []schema.Kind{schema.String, schema.Enum, schema.Integer}},
		{Name: "width", Kinds: intKinds}, {Name: "fill", Kinds: textKinds, Optional: true},
	},
	Doc: "The text, or an integer as text, filled up on the left to width code points with fill (a space if left out). " +
		"A longer text stays as it is.",
	Example: `pad_left("42", 6, "0")  → "000042"`,
	Result: func(args []Arg) (schema.Type, *Problem) {
		if w := args[1].Literal; w != nil && w.Int > maxPad {
			return schema.Type{}, &Problem{Arg: 1, Text: fmt.Sprintf("pad_left fills up to %d code points at most", maxPad)}
		}
		if len(args) > 2 && args[2].Literal != nil && args[2].Literal.Text == "" {
			return schema.Type{}, &Problem{Arg: 2, Text: "the fill of pad_left cannot be empty"}
		}
		return kind(schema.String), nil
	},
	Bind: func(_ Context, _ schema.Type, rest []schema.Value) (Bound, error) {
		width, fill := rest[0].Int, " "
		if len(rest) > 1 {
			fill = rest[1].Text
		}
		if fill == "" {
			return Bound{}, errors.New("the fill of pad_left is empty")
		}
		if width > maxPad {
			return Bound{}, fmt.Errorf("width %d of pad_left is over %d", width, maxPad)
		}
		padding := []byte(strings.Repeat(fill, int(max(width, 0))))
		return Bound{Text: func(dst, src []byte) ([]byte, error) {
			if more := width - int64(utf8.RuneCount(src)); more > 0 {
				dst = append(dst, padding[:skipRunes(padding, more)]...)
			}
			return append(dst, src...), nil
		}}, nil
	},
}
