package csv

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/schema"
)

// naive is a reader too simple to be wrong: it goes through the text one character at a
// time, and knows nothing of blocks.
type naive struct {
	delimiter, quote, comment string
	skip, footer              int
	header, trim              bool
	nulls                     []string
}

// naiveResult is what a file holds: rows of fields (a nil field is null, a nil row has the wrong
// number of fields), or the line in which it is wrong.
type naiveResult struct {
	names []string
	rows  [][]*string
	lines []int
	wrong int
}

func (n naive) read(text string, badRows bool) (r naiveResult) {
	if text != "" && !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	line := 1
	for range n.skip {
		_, rest, ok := strings.Cut(text, "\n")
		if !ok {
			r.wrong = -1
			return r
		}
		text = rest
		line++
	}
	width := 0
	original, originalLine := text, line
	for width == 0 {
		first, _, _ := strings.Cut(text, "\n")
		if text == "" {
			if n.header {
				r.wrong = -1
			}
			return r
		}
		if strings.TrimSuffix(first, "\r") == "" || n.comment != "" && strings.HasPrefix(text, n.comment) {
			text = text[len(first)+1:]
			line++
			continue
		}
		fields, rest, wrong := n.record(text, line)
		if wrong != 0 {
			r.wrong = wrong
			return r
		}
		width = len(fields)
		for i, f := range fields {
			if n.header {
				r.names = append(r.names, f.text)
			} else {
				r.names = append(r.names, fmt.Sprint("c", i+1))
			}
		}
		line += strings.Count(text[:len(text)-len(rest)], "\n")
		text = rest
	}
	if !n.header {
		text, line = original, originalLine
	}
	lines := strings.SplitAfter(text, "\n")
	for left := n.footer; left > 0 && len(lines) > 0; lines = lines[:len(lines)-1] {
		if strings.TrimRight(lines[len(lines)-1], "\r\n") != "" {
			left--
		}
	}
	text = strings.Join(lines, "")
	for text != "" {
		first, rest, _ := strings.Cut(text, "\n")
		if n.comment != "" && strings.HasPrefix(text, n.comment) || width > 1 && strings.TrimSuffix(first, "\r") == "" {
			text = rest
			line++
			continue
		}
		fields, rest, wrong := n.record(text, line)
		if wrong != 0 {
			r.wrong = wrong
			return r
		}
		var row []*string
		if len(fields) == width {
			for _, f := range fields {
				if f.text == "" && !f.quoted || slices.Contains(n.nulls, f.text) {
					row = append(row, nil)
				} else {
					row = append(row, &f.text)
				}
			}
		} else if !badRows {
			r.wrong = line
			return r
		}
		r.rows = append(r.rows, row)
		r.lines = append(r.lines, line)
		line += strings.Count(text[:len(text)-len(rest)], "\n")
		text = rest
	}
	return r
}

type naiveField struct {
	text   string
	quoted bool
}

func (n naive) record(text string, line int) (fields []naiveField, rest string, wrong int) {
	blanks := func() {
		for n.trim && text != "" && strings.ContainsRune(" \t", rune(text[0])) && !strings.HasPrefix(text, n.delimiter) {
			text = text[1:]
		}
	}
	for {
		blanks()
		var f naiveField
		if n.quote != "none" && strings.HasPrefix(text, n.quote) {
			f.quoted = true
			began := line
			text = text[1:]
			for {
				if text == "" {
					return nil, "", began
				}
				if strings.HasPrefix(text, n.quote+n.quote) {
					f.text += n.quote
					text = text[2:]
					continue
				}
				if strings.HasPrefix(text, n.quote) {
					text = text[1:]
					break
				}
				if text[0] == '\n' {
					line++
				}
				f.text += text[:1]
				text = text[1:]
			}
			blanks()
			if !strings.HasPrefix(text, n.delimiter) && !strings.HasPrefix(text, "\n") && !strings.HasPrefix(text, "\r\n") {
				return nil, "", line
			}
		} else {
			for !strings.HasPrefix(text, n.delimiter) && !strings.HasPrefix(text, "\n") && !strings.HasPrefix(text, "\r\n") {
				f.text += text[:1]
				text = text[1:]
			}
			if n.trim {
				f.text = strings.TrimRight(f.text, " \t")
			}
		}
		fields = append(fields, f)
		if rest, ok := strings.CutPrefix(text, n.delimiter); ok {
			text = rest
			continue
		}
		return fields, strings.TrimPrefix(strings.TrimPrefix(text, "\r"), "\n"), 0
	}
}

func (n naive) config(path string) schema.Config {
	var nulls []schema.Value
	for _, s := range n.nulls {
		nulls = append(nulls, schema.Text(s))
	}
	header := "first"
	if !n.header {
		header = "none"
	}
	return schema.Config{
		"path": schema.Text(path), "delimiter": schema.Text(n.delimiter), "quote": schema.Text(n.quote), "comment": schema.Text(n.comment),
		"skip": schema.Int(int64(n.skip)), "footer": schema.Int(int64(n.footer)), "header": schema.Text(header), "trim": schema.Bool(n.trim),
		"null": {Type: schema.Type{Kind: schema.List}, List: nulls},
	}
}

// texts are columns of type string.
func texts(names ...string) (columns []schema.Column) {
	for _, n := range names {
		columns = append(columns, schema.Column{Name: n, Type: schema.Type{Kind: schema.String}})
	}
	return columns
}

// row is a row that was read: its fields as Value prints them, in quotes unless null.
type row struct {
	fields string
	number int64
	bad    string
}

// failer is a test of any kind.
type failer interface {
	Helper()
	Fatal(...any)
	Fatalf(string, ...any)
}

// rowsOf reads everything, and checks the batches on the way.
func rowsOf(t failer, src sdk.Source, req sdk.ReadRequest) (rows []row, err error) {
	t.Helper()
	err = src.Read(context.Background(), req, func(b *batch.Batch) error {
		if err := b.Check(); err != nil {
			t.Fatalf("batch: %v", err)
		}
		if b.Rows == 0 || b.Rows > req.BatchRows() {
			t.Fatalf("batch of %d rows, %d asked for", b.Rows, req.BatchRows())
		}
		for _, c := range b.Columns {
			if v := c.Valid; v != nil && (len(v) != (b.Rows+7)/8 || b.Rows&7 != 0 && v[len(v)-1]>>(b.Rows&7) != 0) {
				t.Fatalf("validity %x for %d rows", v, b.Rows)
			}
		}
		for i := range b.Rows {
			var fields []string
			for c := range b.Columns {
				v := b.Columns[c].Value(i)
				s := v.String()
				if !v.Null {
					s = fmt.Sprintf("%q", s)
				}
				fields = append(fields, s)
			}
			rows = append(rows, row{fields: strings.Join(fields, " "), number: b.FirstRow + int64(i)})
		}
		for _, bad := range b.Bad {
			r := &rows[len(rows)-b.Rows+bad.Row]
			r.bad += fmt.Sprintf("[%d line %d %s %q]", bad.Column, bad.Line, bad.Reason, bad.Text)
		}
		return nil
	})
	return rows, err
}

// same compares what a reader of small blocks makes of text with what naive does.
func same(t failer, dir, text string, n naive, block, batchRows int, badRows bool) {
	path := filepath.Join(dir, "file.csv")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	want := n.read(text, badRows)
	names := slices.Clone(want.names)
	slices.Sort(names)
	twice := len(slices.Compact(names)) < len(want.names)
	if want.names == nil {
		want.names = []string{"c1"}
	}
	got, err := rowsOf(t, source{block: block, fillers: 1 + len(text)%4}, sdk.ReadRequest{Config: n.config(path), Columns: texts(want.names...), BadRows: badRows, Rows: batchRows})
	switch {
	case want.wrong == -1 || twice && want.wrong == 0:
		if err == nil {
			t.Fatalf("%q: no error, want one", text)
		}
		return
	case want.wrong > 0:
		if at := fmt.Sprintf("line %d:", want.wrong); err == nil || !strings.Contains(err.Error(), at) && !twice {
			t.Fatalf("%q: error %v, want one at %s", text, err, at)
		}
		return
	case err != nil:
		t.Fatalf("%q: error %v, want rows", text, err)
	case len(got) != len(want.rows):
		t.Fatalf("%q: %d rows %v, want %d", text, len(got), got, len(want.rows))
	}
	for i, fields := range want.rows {
		var parts []string
		for f := range want.names {
			if fields == nil || fields[f] == nil {
				parts = append(parts, "null")
			} else {
				parts = append(parts, fmt.Sprintf("%q", *fields[f]))
			}
		}
		if s := strings.Join(parts, " "); got[i].fields != s || got[i].number != int64(i+1) {
			t.Fatalf("%q: row %d is %v (number %d), want %v", text, i+1, got[i].fields, got[i].number, s)
		}
		if at := fmt.Sprintf("[-1 line %d ", want.lines[i]); (fields == nil) != strings.HasPrefix(got[i].bad, at) {
			t.Fatalf("%q: row %d is bad as %q, want %t at %s", text, i+1, got[i].bad, fields == nil, at)
		}
	}
}

func drawNaive(t *rapid.T) naive {
	return naive{
		delimiter: rapid.SampledFrom([]string{",", ",", ",", ";", "\t", "|", "||", "，", " | ", "-"}).Draw(t, "delimiter"),
		quote:     rapid.SampledFrom([]string{`"`, `"`, `"`, "'", "none"}).Draw(t, "quote"),
		comment:   rapid.SampledFrom([]string{"", "", "#", "//"}).Draw(t, "comment"),
		skip:      rapid.SampledFrom([]int{0, 0, 1, 2}).Draw(t, "skip"),
		footer:    rapid.SampledFrom([]int{0, 0, 1, 3}).Draw(t, "footer"),
		header:    rapid.Bool().Draw(t, "header"),
		trim:      rapid.SampledFrom([]bool{false, false, true}).Draw(t, "trim"),
		nulls:     rapid.SampledFrom([][]string{nil, nil, {"NULL"}, {"", "-"}, {`"`, "'"}}).Draw(t, "nulls"),
	}
}

// TestReadIsNaiveRead reads files that are mostly in order, of any dialect, cut into
// blocks of any size.
func TestReadIsNaiveRead(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		n := drawNaive(t)
		piece := rapid.SampledFrom([]string{"", "a", "bc", "1.50", "中文", " ", "\t", "NULL", "-", "#", "//", "\r", "x\"y", "it's", strings.Repeat("long ", 15)})
		inQuotes := rapid.SampledFrom([]string{"", "a", "NULL", "\n", "\r\n", "\r", n.delimiter, n.quote + n.quote, "中", " ", "#", strings.Repeat("q", 70)})
		end := rapid.SampledFrom([]string{"\n", "\n", "\n", "\r\n", "\n\n", "\n#c\"\n"})
		width := rapid.IntRange(1, 9).Draw(t, "width")
		quoting := rapid.SampledFrom([]int{0, 10, 90}).Draw(t, "quoting")
		var b strings.Builder
		for range n.skip {
			b.WriteString("title \"\n")
		}
		if n.header {
			for i := range width {
				if i > 0 {
					b.WriteString(n.delimiter)
				}
				fmt.Fprint(&b, "h", i)
			}
			b.WriteString("\n")
		}
		for range rapid.IntRange(0, 30).Draw(t, "rows") {
			w := width
			if rapid.IntRange(0, 99).Draw(t, "odd") == 0 {
				w = rapid.IntRange(1, 9).Draw(t, "fields")
			}
			for i := range w {
				if i > 0 {
					b.WriteString(n.delimiter)
				}
				if n.quote != "none" && rapid.IntRange(0, 99).Draw(t, "quoted") < quoting {
					b.WriteString(n.quote + strings.Join(rapid.SliceOfN(inQuotes, 0, 4).Draw(t, "inside"), "") + n.quote)
				} else {
					b.WriteString(strings.Join(rapid.SliceOfN(piece, 0, 2).Draw(t, "plain"), ""))
				}
			}
			b.WriteString(end.Draw(t, "end"))
		}
		text := b.String()
		if rapid.Bool().Draw(t, "cut") {
			text = strings.TrimSuffix(text, "\n")
		}
		same(t, dir, text, n, rapid.SampledFrom([]int{1, 2, 3, 7, 50, 64, 65, 100, 1000, 4096}).Draw(t, "block"), rapid.IntRange(1, 40).Draw(t, "batch"), rapid.Bool().Draw(t, "bad"))
	})
}

// TestReadIsNaiveReadOfAnything reads texts that are mostly wrong.
func TestReadIsNaiveReadOfAnything(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		n := drawNaive(t)
		tokens := []string{`"`, `"`, `""`, "'", "\n", "\n", "\r\n", "\r", "a", "b,c", " ", "#", "/", "-", "中", "NULL", strings.Repeat("x", 60), n.delimiter, n.delimiter, n.delimiter[:1]}
		if n.delimiter == "，" {
			tokens[len(tokens)-1] = "，" // half of it is no character
		}
		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom(tokens), 0, 60).Draw(t, "tokens"), "")
		same(t, dir, text, n, rapid.IntRange(1, 100).Draw(t, "block"), rapid.IntRange(1, 40).Draw(t, "batch"), rapid.Bool().Draw(t, "bad"))
	})
}

// TestReadIsStandardRead compares with encoding/csv where both read the same dialect: it takes
// CR LF inside quotes for LF and has no null.
func TestReadIsStandardRead(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		tokens := []string{`"`, `"`, `""`, `","`, "\n", "\n", "\"\n\"", "a", "b", ",", ",", " ", "中", strings.Repeat("x", 60)}
		text := "h1,h2\n" + strings.Join(rapid.SliceOfN(rapid.SampledFrom(tokens), 0, 60).Draw(t, "tokens"), "")
		path := filepath.Join(dir, "file.csv")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		std := csv.NewReader(strings.NewReader(text))
		var want []string
		var wantErr error
		for {
			record, err := std.Read()
			if err != nil {
				if err != io.EOF {
					wantErr = err
				}
				break
			}
			want = append(want, strings.Join(record, "\x00"))
		}
		if errors.Is(wantErr, csv.ErrBareQuote) {
			return // a quote inside a plain field is text here
		}
		var got []string
		err := source{rapid.IntRange(1, 100).Draw(t, "block"), rapid.IntRange(1, 4).Draw(t, "fillers")}.Read(context.Background(), sdk.ReadRequest{Config: schema.Config{"path": schema.Text(path)}, Columns: texts("h1", "h2"), Rows: 1},
			func(b *batch.Batch) error {
				got = append(got, b.Columns[0].Value(0).Text+"\x00"+b.Columns[1].Value(0).Text)
				return nil
			})
		if (err != nil) != (wantErr != nil) {
			t.Fatalf("%q: error %v, encoding/csv has %v", text, err, wantErr)
		}
		if !slices.Equal(got, want[1:]) {
			t.Fatalf("%q: rows %q, encoding/csv has %q", text, got, want[1:])
		}
	})
}

// FuzzRead reads any text in any dialect: it never panics, and gives the rows of the naive reader.
func FuzzRead(f *testing.F) {
	f.Add("a,b\n1,\"2\n\"\n", uint16(0), uint8(3))
	f.Add("t\n\na;'b'\r\n1;2\r\n#x\n\nsum;3\n", uint16(0xffff), uint8(64))
	f.Add("h1\th2\n\" \"\"\"\t\r\nNULL\t-\n", uint16(0x1234), uint8(7))
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, text string, dialect uint16, block uint8) {
		if !utf8.ValidString(text) || strings.HasPrefix(text, "PK\x03\x04") || strings.HasPrefix(text, "\ufeff") || strings.ContainsRune(text, 0) {
			t.Skip("not text, or not of this encoding")
		}
		pick := func(n uint16) int { // one of n, as dialect says
			i := dialect % n
			dialect /= n
			return int(i)
		}
		n := naive{
			delimiter: []string{",", ";", "\t", "||"}[pick(4)],
			quote:     []string{`"`, "'", "none"}[pick(3)],
			comment:   []string{"", "#"}[pick(2)],
			skip:      pick(2),
			footer:    pick(3),
			header:    pick(2) == 0,
			trim:      pick(2) == 1,
			nulls:     [][]string{nil, {"NULL", ""}}[pick(2)],
		}
		same(t, dir, text, n, int(block)+1, 7, pick(2) == 0)
	})
}
