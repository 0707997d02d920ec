package csv

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/schema"
)

// typed are the columns most cases ask for.
func typed() []schema.Column {
	return []schema.Column{{Name: "ref", Type: schema.Type{Kind: schema.String}}, {Name: "amount", Type: decimalType(18, 2)}, {Name: "day", Type: schema.Type{Kind: schema.Date}}}
}

func gzipped(text string) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	io.WriteString(z, text)
	z.Close()
	return b.String()
}

func zstded(text string) string {
	z, _ := zstd.NewWriter(nil)
	return string(z.EncodeAll([]byte(text), nil))
}

// TestErrors reads files that are wrong in some way. DIR stands for the folder of the file.
func TestErrors(t *testing.T) {
	const head = "ref,amount,day\n"
	long := head + strings.Repeat("A-1,1.00,2026-01-05\n", 5000)
	for _, c := range []struct {
		name, file, text, settings string
		columns                    []schema.Column
		setting, message, hint     string
	}{
		{name: "missing file", settings: "path=gone.csv", setting: "path", message: "DIR/gone.csv does not exist"},
		{name: "pattern", settings: "path=2026*/**/*.csv", setting: "path", message: "no file matches DIR/2026*/**/*.csv", hint: "if that is all right, set optional = true"},
		{name: "bad pattern", settings: "path={a.csv", setting: "path", message: "DIR/{a.csv is not a pattern that can be read", hint: "a [ or { has no end"},
		{name: "folder", settings: "path=.", setting: "path", message: "DIR is a folder", hint: `to read the files in it, write a pattern: path = "DIRNAME/*.csv"`},
		{name: "empty file", setting: "path", message: "DIR/f.csv is empty: it has no header"},
		{name: "only a mark", text: "\xef\xbb\xbf", setting: "path", message: "DIR/f.csv is empty: it has no header"},
		{name: "semicolons", text: "ref;amount;day\nA;1;2026-01-05\n", setting: "delimiter", message: `DIR/f.csv, line 1: the header has no ",", so it is one column: "ref;amount;day"`, hint: `it has ";": set delimiter = ";"`},
		{name: "tabs", text: "ref\tamount\tday\n", setting: "delimiter", message: `DIR/f.csv, line 1: the header has no ",", so it is one column: "ref\tamount\tday"`, hint: `it has "\t": set delimiter = "\t"`},
		{name: "commas", text: "ref,amount,day\n", settings: "delimiter=|", setting: "delimiter", message: `DIR/f.csv, line 1: the header has no "|", so it is one column: "ref,amount,day"`, hint: `it has ",": set delimiter = ","`},
		{name: "delimiter without header", text: "A;1;2026-01-05\n", settings: "header=none", columns: texts("c1", "c2"), setting: "delimiter", message: `DIR/f.csv, line 1: the first row has no ",", so it is one column: "A;1;2026-01-05"`, hint: `it has ";": set delimiter = ";"`},
		{name: "missing column", text: "ref,amuont,day\n", setting: "columns", message: `DIR/f.csv has no column "amount"`, hint: `did you mean "amuont"? its columns are "ref", "amuont", "day"`},
		{name: "column with spaces", text: "ref, amount ,day\n", setting: "columns", message: `DIR/f.csv has no column "amount"`, hint: `" amount " has spaces around it: set trim = true; its columns are "ref", " amount ", "day"`},
		{name: "missing column without header", text: "a,b\n", settings: "header=none", columns: texts("c1", "c3"), setting: "columns", message: `DIR/f.csv has no column "c3"`, hint: `with header = "none" its columns are c1 to c2`},
		{name: "header further down", text: "Bill of 2026\n\nfrom,to\n" + head, setting: "skip", message: `DIR/f.csv has no columns "ref", "amount", "day"`, hint: `line 4 holds every column asked for: set skip = 3, or header = "auto"`},
		{name: "header nowhere", text: "a,b\nref,day\n", settings: "header=auto", setting: "columns", message: `no line of DIR/f.csv holds every column asked for: line 2 is nearest and has no "amount"`, hint: `its columns are "ref", "day"`},
		{name: "no such header", text: "a,b\nc,d\n", settings: "header=auto", setting: "columns", message: `none of the first 2 lines of DIR/f.csv holds a column named "ref", "amount", "day"`, hint: "are delimiter and encoding right?"},
		{name: "two columns of a name", text: "ref,amount,day,amount\n", setting: "columns", message: `DIR/f.csv has 2 columns named "amount" in its header`, hint: `set header = "none" and skip = 1, and name the columns c1, c2, …`},
		{name: "skip", text: head, settings: "skip=3", setting: "skip", message: "DIR/f.csv ends after 1 lines, and skip is 3"},
		{name: "too few fields", text: head + "A,1.00,2026-01-05\n" + "B,2.00\n" + strings.Repeat("A,1.00,2026-01-05\n", 30), message: `DIR/f.csv, line 3: 2 fields, where the header has 3: "B,2.00"`},
		{name: "too many fields", text: head + "A,1.00,2026-01-05\n" + "B,2,000.00,2026-01-05\n" + strings.Repeat("A,1.00,2026-01-05\n", 30), message: `DIR/f.csv, line 3: 4 fields, where the header has 3: "B,2,000.00,2026-01-05"`, hint: `a field that holds "," must be in quotes`},
		{name: "totals at the end", text: head + "A,1.00,2026-01-05\ntotal,1.00\n\ncount,1\n", message: `DIR/f.csv, line 3: 2 fields, where the header has 3: "total,1.00"`, hint: "if these last lines are no rows, such as totals, set footer = 2"},
		{name: "value", text: head + "A,1.00,2026-01-05\n\"B\n\",1.005,2026-01-05\n", message: `DIR/f.csv, line 4, column "amount": "1.005" is not a decimal(18, 2)`},
		{name: "value far down", text: long + "B,x,2026-01-05\n", message: `DIR/f.csv, line 5002, column "amount": "x" is not a decimal(18, 2)`},
		{name: "the first of several values", text: head + "A,1.00,2026-01-32\nA,x,2026-01-05\n", message: `DIR/f.csv, line 2, column "day": "2026-01-32" is not a date (YYYY-MM-DD)`, hint: "read the column as text and use parse_time for other ways to write it"},
		{name: "the first of several rows", text: "day,ref,amount\n2026-01-32,A,x\n2026-01-05,A,y\n", message: `DIR/f.csv, line 2, column "amount": "x" is not a decimal(18, 2)`},
		{name: "value before a broken row", text: head + "A,x,2026-01-05\nB\n", message: `DIR/f.csv, line 2, column "amount": "x" is not a decimal(18, 2)`},
		{name: "quoted empty number", text: head + "A,\"\",2026-01-05\n", message: `DIR/f.csv, line 2, column "amount": "" is not a decimal(18, 2)`, hint: `a quoted empty field is the empty text; if it means null here, set null = [""]`},
		{name: "spaces", text: head + "A, 1,2026-01-05\n", message: `DIR/f.csv, line 2, column "amount": " 1" is not a decimal(18, 2)`, hint: "set trim = true to leave out the spaces around it"},
		{name: "open quote", text: head + "A,1,2026-01-05\nB,\"2,2026-01-05\nC,3,2026-01-05\n", message: "DIR/f.csv, line 3: the quote that opens here never closes", hint: `if quotes mean nothing in this file, set quote = "none"`},
		{name: "text after a quote", text: head + "\"A\"B,1,2026-01-05\n", message: `DIR/f.csv, line 2: text after a closing quote: "B,1,2026-01-05"`, hint: `a quote inside quotes is written twice; if quotes mean nothing in this file, set quote = "none"`},
		{name: "encoding", text: head + "A,1,2026-01-05\nä\xd6\xd0,1,2026-01-05\n", setting: "encoding", message: "DIR/f.csv, line 3, column 2: d6 is not a character in utf-8", hint: `set encoding to what the file is stored in, such as "gb18030" for files from Chinese systems`},
		{name: "encoding of the header", text: "\xd6\xd0,amount\n", setting: "encoding", message: "DIR/f.csv, line 1, column 1: d6 is not a character in utf-8", hint: `set encoding to what the file is stored in, such as "gb18030" for files from Chinese systems`},
		{name: "encoding of columns not read", text: "ref,amount,day,note\nA,1,2026-01-05,\xff\n", setting: "encoding", message: "DIR/f.csv, line 2, column 16: ff is not a character in utf-8", hint: `set encoding to what the file is stored in, such as "gb18030" for files from Chinese systems`},
		{name: "gbk", text: head + "\xd6\xd0\xff,1,2026-01-05\n", settings: "encoding=gbk", setting: "encoding", message: "DIR/f.csv, line 2, column 2: ff is not a character in gbk"},
		{name: "utf-16 cut", text: "\xff\xfe" + "r\x00e\x00f", setting: "encoding", message: "DIR/f.csv, line 1, column 3: the file ends in the middle of a utf-16le character"},
		{name: "utf-16 without a mark", text: "r\x00e\x00f\x00\n\x00", setting: "encoding", message: "DIR/f.csv holds zero bytes", hint: `it may be UTF-16: set encoding = "utf-16le" or "utf-16be"`},
		{name: "truncated gzip", file: "f.csv.gz", text: gzipped(long)[:200], setting: "path", message: "DIR/f.csv.gz is truncated: its gzip data ends in the middle", hint: "fetch the file again"},
		{name: "gzip cut by a byte", file: "f.csv.gz", text: gzipped(long)[:len(gzipped(long))-1], setting: "path", message: "DIR/f.csv.gz is truncated: its gzip data ends in the middle", hint: "fetch the file again"},
		{name: "gzip cut in its header", file: "f.csv.gz", text: gzipped(long)[:7], setting: "path", message: "DIR/f.csv.gz is truncated: its gzip data ends in the middle", hint: "fetch the file again"},
		{name: "empty gzip", file: "f.csv.gz", setting: "path", message: "DIR/f.csv.gz is truncated: its gzip data ends in the middle", hint: "fetch the file again"},
		{name: "gzip with a wrong sum", file: "f.csv.gz", text: gzipped(long)[:len(gzipped(long))-8] + "12345678", setting: "path", message: "DIR/f.csv.gz is damaged: gzip: invalid checksum", hint: "fetch the file again"},
		{name: "gzip in name only", file: "f.csv.gz", text: head, setting: "path", message: "DIR/f.csv.gz is not gzip data, as its name says", hint: "take .gz off its name if it is plain text"},
		{name: "truncated zstd", file: "f.csv.zst", text: zstded(long)[:40], setting: "path", message: "DIR/f.csv.zst is truncated: its zstd data ends in the middle", hint: "fetch the file again"},
		{name: "workbook", file: "f.csv", text: "PK\x03\x04...", setting: "path", message: "DIR/f.csv is a zip archive or a workbook, not text", hint: "unpack it, or save the sheet as csv"},
		{name: "quote of two characters", settings: `quote=""`, setting: "quote", message: `quote is "\"\""; it is one ASCII character or "none"`},
		{name: "delimiter that is the quote", settings: `delimiter="`, setting: "delimiter", message: `delimiter "\"" contains the quote '"'`},
		{name: "no such encoding", settings: "encoding=big5", setting: "encoding", message: "encoding is \"big5\"; it is one of utf-8, gbk, gb18030, utf-16, utf-16le, utf-16be, latin1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			if c.file == "" {
				c.file = "f.csv"
			}
			if err := os.WriteFile(filepath.Join(dir, c.file), []byte(c.text), 0o600); err != nil {
				t.Fatal(err)
			}
			if c.columns == nil {
				c.columns = typed()
			}
			cfg := schema.Config{"path": schema.Text(filepath.Join(dir, c.file))}
			if name, value, ok := strings.Cut(c.settings, "="); ok {
				cfg[name] = schema.Text(value)
				switch name {
				case "path":
					cfg[name] = schema.Text(filepath.Join(dir, value))
				case "skip":
					cfg[name] = schema.Int(3)
				}
			}
			for i, block := range []int{blockBytes, 50, 50, 10} {
				_, err := rowsOf(t, source{block, 1 + i%3}, sdk.ReadRequest{Config: cfg, Columns: c.columns})
				var e *sdk.Error
				if !errors.As(err, &e) {
					t.Fatalf("error %v, want an sdk.Error", err)
				}
				here := strings.NewReplacer("DIRNAME", filepath.Base(dir), "DIR", dir)
				if got, want := err.Error(), here.Replace(c.message); got != want {
					t.Errorf("block %d: error\n%s\nwant\n%s", block, got, want)
				}
				if e.Setting != c.setting {
					t.Errorf("block %d: setting %q, want %q", block, e.Setting, c.setting)
				}
				if want := here.Replace(c.hint); e.Hint != want && (block == blockBytes || e.Hint != "") { // a hint may need what follows
					t.Errorf("block %d: hint %q, want %q", block, e.Hint, want)
				}
			}
		})
	}
}

func TestNoPermission(t *testing.T) { // as seen by openError: tests may run as root, who may read everything
	err := openError("/f.csv", &fs.PathError{Op: "open", Path: "/f.csv", Err: syscall.EACCES})
	if err.Error() != "/f.csv may not be read: permission denied" {
		t.Errorf("error %v", err)
	}
}
