package csv

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/recon-lang/recon/sdk"
)

// encodingError says that bytes are not characters of the file's encoding. It ends the
// text; where that is, whoever counts the lines knows.
type encodingError struct {
	encoding string
	bytes    []byte
	cut      bool // the file ends in the middle of a character
}

func (e *encodingError) Error() string {
	if e.cut {
		return fmt.Sprintf("the file ends in the middle of a %s character", e.encoding)
	}
	return fmt.Sprintf("% x is not a character in %s", e.bytes, e.encoding)
}

// marks are the byte order marks, the longer before its prefix.
var marks = []struct{ mark, encoding string }{
	{"\xef\xbb\xbf", "utf-8"},
	{"\x84\x31\x95\x33", "gb18030"},
	{"\xff\xfe", "utf-16le"},
	{"\xfe\xff", "utf-16be"},
}

// decode is the text of r as UTF-8, without a byte order mark, and the name of its
// encoding. UTF-8 itself is handed on unchecked: see validate.
func decode(path string, r io.Reader, encoding string) (io.Reader, string, error) {
	head := make([]byte, 4)
	n, err := io.ReadFull(r, head)
	if err != nil && err != io.EOF && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, "", err
	}
	head = head[:n]
	marked, length := "", 0
	for _, m := range marks {
		if bytes.HasPrefix(head, []byte(m.mark)) {
			marked, length = m.encoding, len(m.mark)
			break
		}
	}
	switch {
	case encoding == "" && marked == "":
		encoding = "utf-8"
	case encoding == "" || encoding == "utf-16" && (marked == "utf-16le" || marked == "utf-16be"):
		encoding = marked
	case encoding == "utf-16":
		return nil, "", &sdk.Error{Setting: "encoding", Message: fmt.Sprintf("%s has no byte order mark, so it could be either kind of UTF-16", path), Hint: `set encoding = "utf-16le" (Windows) or "utf-16be"`}
	case marked == encoding:
	case encoding == "gbk" && marked == "gb18030", encoding == "gbk" || encoding == "gb18030" || encoding == "latin1":
		if marked == "utf-8" {
			return nil, "", wrongMark(path, encoding, marked)
		}
		length = 0 // two bytes that are letters in these
	case marked != "":
		return nil, "", wrongMark(path, encoding, marked)
	}
	r = io.MultiReader(bytes.NewReader(head[length:]), r)
	if encoding == "utf-8" {
		return r, encoding, nil
	}
	return &decoder{r: r, encoding: encoding, step: newStep(encoding), in: make([]byte, 0, 64<<10)}, encoding, nil
}

func wrongMark(path, encoding, marked string) error {
	return &sdk.Error{Setting: "encoding", Message: fmt.Sprintf("%s is %s by its byte order mark, not %s", path, marked, encoding), Hint: fmt.Sprintf("set encoding = %q", marked)}
}

// A step decodes a prefix of src into dst, which has room for every character of it, and
// says how much it read and wrote. bad is the length of what is no character at src[read:],
// 0 if there is no such thing; a character whose end is not in src is left there.
type step func(dst, src []byte) (read, wrote, bad int)

// growth is the most bytes of UTF-8 that one byte of another encoding becomes.
const growth = 3 // the euro sign, 0x80 in GBK

func newStep(encoding string) step {
	switch encoding {
	case "latin1":
		return latin1
	case "utf-16le":
		return func(dst, src []byte) (int, int, int) { return utf16Step(dst, src, binary.LittleEndian) }
	case "utf-16be":
		return func(dst, src []byte) (int, int, int) { return utf16Step(dst, src, binary.BigEndian) }
	}
	return newGB(encoding == "gb18030").step
}

// decoder reads text in another encoding as UTF-8.
type decoder struct {
	r        io.Reader
	encoding string
	step     step
	in       []byte // read and not decoded
	out      []byte // decoded and not given out
	buf      []byte
	err      error // of r, or what is wrong at in
}

func (d *decoder) Read(p []byte) (int, error) {
	for len(d.out) == 0 {
		if d.err != nil {
			return 0, d.err
		}
		d.fill()
	}
	n := copy(p, d.out)
	d.out = d.out[n:]
	return n, nil
}

func (d *decoder) fill() {
	n, err := d.r.Read(d.in[len(d.in):cap(d.in)])
	d.in = d.in[:len(d.in)+n]
	if d.buf == nil {
		d.buf = make([]byte, growth*cap(d.in))
	}
	read, wrote, bad := d.step(d.buf, d.in)
	d.out = d.buf[:wrote]
	rest := d.in[read:]
	switch {
	case bad > 0:
		d.err = &encodingError{encoding: d.encoding, bytes: bytes.Clone(rest[:bad])}
	case err == io.EOF && len(rest) > 0:
		d.err = &encodingError{encoding: d.encoding, cut: true}
	case err != nil:
		d.err = err
	}
	d.in = d.in[:copy(d.in, rest)]
}

// validate says how much of text is whole and valid characters of UTF-8, and of what
// kind the rest is: the start of a character, or (bad > 0) no character.
func validate(text []byte) (valid, bad int) {
	valid = len(text)
	for i := 1; i <= min(utf8.UTFMax-1, len(text)); i++ { // leave out a character cut at the end
		if start := len(text) - i; utf8.RuneStart(text[start]) {
			if !utf8.FullRune(text[start:]) {
				valid = start
			}
			break
		}
	}
	if utf8.Valid(text[:valid]) {
		return valid, 0
	}
	for i := 0; ; {
		r, size := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && size == 1 {
			return i, 1
		}
		i += size
	}
}

// ascii copies the ASCII at the start of src to dst.
func ascii(dst, src []byte) int {
	n := 0
	for ; n+8 <= len(src); n += 8 {
		x := binary.LittleEndian.Uint64(src[n:])
		if x&0x8080808080808080 != 0 {
			break
		}
		binary.LittleEndian.PutUint64(dst[n:], x)
	}
	for ; n < len(src) && src[n] < utf8.RuneSelf; n++ {
		dst[n] = src[n]
	}
	return n
}

func latin1(dst, src []byte) (read, wrote, bad int) {
	for read < len(src) {
		n := ascii(dst[wrote:], src[read:])
		read, wrote = read+n, wrote+n
		for read < len(src) && src[read] >= utf8.RuneSelf {
			wrote += utf8.EncodeRune(dst[wrote:], rune(src[read]))
			read++
		}
	}
	return read, wrote, 0
}

func utf16Step(dst, src []byte, order binary.ByteOrder) (read, wrote, bad int) {
	for read+2 <= len(src) {
		r, n := rune(order.Uint16(src[read:])), 2
		if utf16.IsSurrogate(r) {
			if r >= 0xdc00 {
				return read, wrote, 2
			}
			if read+4 > len(src) {
				break
			}
			r = utf16.DecodeRune(r, rune(order.Uint16(src[read+2:])))
			if r == utf8.RuneError {
				return read, wrote, 2
			}
			n = 4
		}
		if r < utf8.RuneSelf {
			dst[wrote] = byte(r)
			wrote++
		} else {
			wrote += utf8.EncodeRune(dst[wrote:], r)
		}
		read += n
	}
	return read, wrote, 0
}
