package csv

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
	"pgregory.net/rapid"
)

// standards are the encodings as golang.org/x/text knows them.
func standards() map[string]encoding.Encoding {
	return map[string]encoding.Encoding{
		"gbk": simplifiedchinese.GBK, "gb18030": simplifiedchinese.GB18030, "latin1": charmap.ISO8859_1,
		"utf-16le": unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), "utf-16be": unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM),
	}
}

func decodeAll(data []byte, encoding string, trickle bool) (string, error) {
	r := io.Reader(bytes.NewReader(data))
	if trickle {
		r = iotest.OneByteReader(r)
	}
	r, _, err := decode("f", r, encoding)
	if err != nil {
		return "", err
	}
	text, err := io.ReadAll(r)
	return string(text), err
}

func TestDecodeIsStandardDecode(t *testing.T) {
	for name, standard := range standards() {
		t.Run(name, func(t *testing.T) {
			runes := rapid.SampledFrom([]rune("a,\n\"1中文金额，€é¥ﬀ\u3000丂鿿😀\ufffd\u0080"))
			rapid.Check(t, func(t *rapid.T) {
				text := string(rapid.SliceOfN(runes, 0, 300).Draw(t, "text"))
				encoded, err := encoding.ReplaceUnsupported(standard.NewEncoder()).Bytes([]byte(text))
				if err != nil {
					t.Fatal(err)
				}
				want, err := standard.NewDecoder().Bytes(encoded)
				if err != nil {
					t.Fatal(err)
				}
				got, err := decodeAll(encoded, name, rapid.Bool().Draw(t, "trickle"))
				if err != nil || got != string(want) {
					t.Fatalf("% x is %q and %v, want %q", encoded, got, err, want)
				}
			})
		})
	}
}

// TestDecodeIsStrict decodes any bytes: what the standard decoder replaces must be an
// error, after all the characters before.
func TestDecodeIsStrict(t *testing.T) {
	for name, standard := range standards() {
		t.Run(name, func(t *testing.T) {
			b := rapid.SampledFrom([]byte{'a', '0', '9', ':', 0x40, 0x7f, 0x80, 0x81, 0x84, 0xa4, 0xb0, 0xd8, 0xdc, 0xfe, 0xff, 0x31, 0x37})
			rapid.Check(t, func(t *rapid.T) {
				data := append([]byte("ab"), rapid.SliceOfN(b, 0, 12).Draw(t, "data")...)
				want, err := standard.NewDecoder().Bytes(data)
				if err != nil {
					t.Fatal(err)
				}
				valid, _, broken := strings.Cut(string(want), "\ufffd")
				if bytes.Contains(data, []byte("\x84\x31\xa4\x37")) || bytes.Contains(data, []byte("\xff\xfd")) || bytes.Contains(data, []byte("\xfd\xff")) {
					return // may be U+FFFD itself
				}
				if strings.HasPrefix(name, "gb") && bytes.ContainsAny(data, ":") {
					return // the standard decoder takes it for a digit
				}
				got, err := decodeAll(data, name, rapid.Bool().Draw(t, "trickle"))
				e := (*encodingError)(nil)
				if errors.As(err, &e) != broken || got != valid {
					t.Fatalf("% x is %q and error %v, want %q and broken %t", data, got, err, valid, broken)
				}
			})
		})
	}
}

func TestByteOrderMarks(t *testing.T) {
	for _, c := range []struct{ data, encoding, text, message string }{
		{"\xef\xbb\xbfa", "", "a", ""},
		{"\xef\xbb\xbfa", "utf-8", "a", ""},
		{"\xff\xfea\x00", "", "a", ""},
		{"\xfe\xff\x00a", "", "a", ""},
		{"\xff\xfea\x00", "utf-16", "a", ""},
		{"\xfe\xff\x00a", "utf-16", "a", ""},
		{"\xff\xfea\x00", "utf-16le", "a", ""},
		{"a\x00", "utf-16le", "a", ""},
		{"\x84\x31\x95\x33a", "gb18030", "a", ""},
		{"\x84\x31\x95\x33a", "", "a", ""},
		{"", "", "", ""},
		{"", "utf-16", "", "no byte order mark"},
		{"a\x00", "utf-16", "", "no byte order mark"},
		{"\xff\xfea\x00", "utf-16be", "", "is utf-16le by its byte order mark, not utf-16be"},
		{"\xff\xfea\x00", "utf-8", "", "is utf-16le by its byte order mark, not utf-8"},
		{"\xef\xbb\xbfa", "gbk", "", "is utf-8 by its byte order mark, not gbk"},
		{"\xff\xfe", "latin1", "ÿþ", ""},
		{"\xfe\xff", "gbk", "", "not a character in gbk"},
		{"a", "utf-16le", "", "ends in the middle"},
	} {
		text, err := decodeAll([]byte(c.data), c.encoding, false)
		if c.message == "" && (err != nil || text != c.text) || c.message != "" && (err == nil || !strings.Contains(err.Error(), c.message)) {
			t.Errorf("%q in %q is %q and error %v, want %q and %q", c.data, c.encoding, text, err, c.text, c.message)
		}
	}
}

func TestValidate(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.SliceOfN(rapid.SampledFrom([]byte{'a', 'b', 0xe4, 0xb8, 0xad, 0xf0, 0x9f, 0x98, 0x80, 0xc3, 0xff, 0xed, 0xa0}), 0, 20).Draw(t, "text")
		valid, bad := validate(text)
		want := 0
		for want < len(text) {
			r, size := utf8.DecodeRune(text[want:])
			if r == utf8.RuneError && size == 1 {
				break
			}
			want += size
		}
		cut := want < len(text) && !utf8.FullRune(text[want:])
		if valid != want || (bad > 0) != (want < len(text) && !cut) {
			t.Fatalf("% x: valid %d, bad %d, want %d (cut %t)", text, valid, bad, want, cut)
		}
	})
}

func BenchmarkDecodeGB18030(b *testing.B) {
	data, err := simplifiedchinese.GB18030.NewEncoder().Bytes(bytes.Repeat([]byte("ORD-000000012345,商户订单号,100.25,交易成功,2026-11-20 12:00:00\n"), 20000))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		r, _, err := decode("f", bytes.NewReader(data), "gb18030")
		if err != nil {
			b.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, r); err != nil {
			b.Fatal(err)
		}
	}
}
