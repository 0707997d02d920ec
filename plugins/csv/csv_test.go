package csv

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/schema"
	"github.com/recon-lang/recon/sdk/sdktest"
)

func TestMain(m *testing.M) { sdktest.Main(m, New) }

// write puts files, name and text in turn, into a new folder.
func write(tb testing.TB, files ...string) (dir string) {
	tb.Helper()
	dir = tb.TempDir()
	for i := 0; i < len(files); i += 2 {
		path := filepath.Join(dir, files[i])
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			tb.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(files[i+1]), 0o600); err != nil {
			tb.Fatal(err)
		}
	}
	return dir
}

// settings are path and more, as name=value.
func settings(path string, more ...string) schema.Config {
	cfg := schema.Config{"path": {Type: schema.Type{Kind: schema.Path}, Text: path}}
	for _, s := range more {
		name, value, _ := strings.Cut(s, "=")
		switch name {
		case "skip", "footer":
			var n int64
			fmt.Sscan(value, &n)
			cfg[name] = schema.Int(n)
		case "trim", "optional":
			cfg[name] = schema.Bool(value == "true")
		case "null":
			cfg[name] = schema.Value{Type: schema.Type{Kind: schema.List}, List: []schema.Value{schema.Text(value)}}
		default:
			cfg[name] = schema.Text(value)
		}
	}
	return cfg
}

// TestContract runs the contract of a source over files of all kinds.
func TestContract(t *testing.T) {
	const bill = "ref,amount,day,at,ok,rate,n,who\n" +
		"A-1,10.00,2026-01-05,2026-01-05 23:59:59,true,0.5,1,中文\n" +
		"\"B\n2\",-3.50,1969-12-31,2026-01-06T00:00:00Z,false,1e3,-9223372036854775808,\"\"\n" +
		",,,,,,,\n" +
		"\"say \"\"hi\"\"\",0.07,2024-02-29,2026-01-06T00:00:00.000001+08:00,,,,\" x \"\n"
	columns := []schema.Column{
		{Name: "ref", Type: schema.Type{Kind: schema.String}}, {Name: "amount", Type: decimalType(18, 2)}, {Name: "day", Type: schema.Type{Kind: schema.Date}},
		{Name: "at", Type: schema.Type{Kind: schema.Timestamp}}, {Name: "ok", Type: schema.Type{Kind: schema.Boolean}}, {Name: "rate", Type: schema.Type{Kind: schema.Float}},
		{Name: "n", Type: schema.Type{Kind: schema.Integer}}, {Name: "who", Type: schema.Type{Kind: schema.String}},
	}
	gbk, err := simplifiedchinese.GB18030.NewEncoder().String(bill)
	if err != nil {
		t.Fatal(err)
	}
	utf16, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(bill)
	if err != nil {
		t.Fatal(err)
	}
	dir := write(t, "bill.csv", bill, "bill.gbk", gbk, "bill.utf16", utf16, "bill.csv.gz", gzipped(bill), "bill.csv.zst", zstded(bill),
		"bill.tsv", strings.ReplaceAll(bill, ",", "\t"), "broken.csv", "ref,amount\nA,1\nB\n")
	at := func(name string, more ...string) schema.Config { return settings(filepath.Join(dir, name), more...) }
	sdktest.TestSource(t, New(),
		sdktest.Case{Name: "typed", Config: at("bill.csv"), Columns: columns, Rows: bill, Zone: "Asia/Shanghai"},
		sdktest.Case{Name: "as text", Config: at("bill.csv"), Rows: bill},
		sdktest.Case{Name: "gb18030", Config: at("bill.gbk", "encoding=gb18030"), Rows: bill},
		sdktest.Case{Name: "utf-16", Config: at("bill.utf16"), Rows: bill},
		sdktest.Case{Name: "gzip", Config: at("bill.csv.gz"), Columns: columns, Rows: bill},
		sdktest.Case{Name: "zstd", Config: at("bill.csv.zst"), Columns: columns, Rows: bill},
		sdktest.Case{Name: "tabs", Config: at("bill.tsv", "delimiter=\t"), Rows: bill},
		sdktest.Case{Name: "missing file", Config: at("gone.csv"), Setting: "path", Message: "does not exist"},
		sdktest.Case{Name: "delimiter", Config: at("bill.tsv"), Setting: "delimiter", Message: "it is one column"},
	)
}

// read is the rows as text, one a line.
func read(t *testing.T, cfg schema.Config, columns ...string) string {
	t.Helper()
	rows, err := rowsOf(t, source{block: 64, fillers: 2}, sdk.ReadRequest{Config: cfg, Columns: texts(columns...), BadRows: true})
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, r := range rows {
		b.WriteString(r.fields + r.bad + "\n")
	}
	return b.String()
}

func TestDialects(t *testing.T) {
	for _, c := range []struct {
		name, text string
		settings   []string
		columns    string
		want       string
	}{
		{"null and empty text", "a,b\n,\"\"\n", nil, "a b", "null \"\"\n"},
		{"null texts", "a,b\nNULL,\"NULL\"\nnull,\"\"\n", []string{"null=NULL"}, "a b", "null null\n\"null\" \"\"\n"},
		{"quoted empty as null", "a,b\n,\"\"\n", []string{"null="}, "a b", "null null\n"},
		{"title, footer, comments", "Bill of 2026-11-20\n\na,b\n#c,\"\n1,2\n\n3,4\ntotal 2,\"\n,end\n\n", []string{"skip=2", "footer=2", "comment=#"}, "a b", "\"1\" \"2\"\n\"3\" \"4\"\n"},
		{"trim", " a , \"b\" \n\t1 , \" x \" \n \t, \n", []string{"trim=true"}, "a b", "\"1\" \" x \"\nnull null\n"},
		{"quotes are text", "a,b\n\"1,2\"\n", []string{"quote=none"}, "a b", "\"\\\"1\" \"2\\\"\"\n"},
		{"quote inside a field", "a,b\n5\" pipe,it\"s\n", nil, "a b", "\"5\\\" pipe\" \"it\\\"s\"\n"},
		{"other quote", "a|b\n'x|''y'|2\n", []string{"quote='", "delimiter=|"}, "a b", "\"x|'y\" \"2\"\n"},
		{"long delimiter", "a||b\n1|||2\n", []string{"delimiter=||"}, "a b", "\"1\" \"|2\"\n"},
		{"tab by name", "a\tb\n1\t2\n", []string{`delimiter=\t`}, "a b", "\"1\" \"2\"\n"},
		{"no header", "1,2\n3,4\n", []string{"header=none"}, "c2 c1", "\"2\" \"1\"\n\"4\" \"3\"\n"},
		{"no header and no rows", "", []string{"header=none"}, "c1 c2", ""},
		{"header anywhere", "Bill \"of\" a,b\n\n\"x\nb,a,c\n1,2,3\n", []string{"header=auto"}, "a b", "\"2\" \"1\"\n"},
		{"empty lines", "a,b\n\n1,2\r\n\r\n", nil, "a b", "\"1\" \"2\"\n"},
		{"empty lines of one column", "a\n1\n\n\r\n2", nil, "a", "\"1\"\nnull\nnull\n\"2\"\n"},
		{"carriage returns", "a,b\r\n\r1\r,\"\r\n\r\"\r\n2,\r\r\n", nil, "a b", "\"\\r1\\r\" \"\\r\\n\\r\"\n\"2\" \"\\r\"\n"},
		{"bad rows", "a,b\n1\n1,2\n1,\"2\",3\n", nil, "a b", "null null[-1 line 2 1 field, where the header has 2 \"1\"]\n\"1\" \"2\"\nnull null[-1 line 4 3 fields, where the header has 2 \"1,\\\"2\\\",3\"]\n"},
		{"no columns", "a,b\n1,2\n3,4\n", nil, "", "\n\n"},
		{"a column twice", "a,b\n1,2\n", nil, "b b", "\"2\" \"2\"\n"},
		{"header of two lines", "a,\"b\n(CNY)\"\n1,2\n", nil, "a", "\"1\"\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := write(t, "f.csv", c.text)
			if got := read(t, settings(filepath.Join(dir, "f.csv"), c.settings...), strings.Fields(c.columns)...); got != c.want {
				t.Errorf("got\n%swant\n%s", got, c.want)
			}
		})
	}
}

func TestColumns(t *testing.T) {
	for _, c := range []struct {
		text     string
		settings []string
		want     string
	}{
		{"b,a,,b,c\n", nil, "a c"},
		{"\xef\xbb\xbfref,\"a\nb\"\n", nil, "ref a\nb"},
		{"1,2,3\n", []string{"header=none"}, "c1 c2 c3"},
		{"Bill,2026\nfrom,to,\n\nref,amount,day\nA,1,2\n", []string{"header=auto"}, "ref amount day"},
		{"订单,金额\n", nil, "订单 金额"},
	} {
		dir := write(t, "f.csv", c.text)
		table, err := New().Columns(context.Background(), settings(filepath.Join(dir, "f.csv"), c.settings...))
		var names []string
		for _, column := range table.Columns {
			names = append(names, column.Name)
		}
		if got := strings.Join(names, " "); err != nil || got != c.want {
			t.Errorf("%q: columns %q and error %v, want %q", c.text, got, err, c.want)
		}
	}
}

// TestFiles reads several files by a pattern: in order, each with a header of its own.
func TestFiles(t *testing.T) {
	dir := write(t, "b/2.csv", "x,id\n,3\n", "a/1.csv", "id,x\n1,\n2,\n", "a/deep/3.csv.gz", gzipped("id\n0\n"), "a/other.txt", "no\n")
	type seen struct {
		origin string
		first  int64
		ids    string
	}
	var got []seen
	req := sdk.ReadRequest{Config: settings(dir + "/**/*.{csv,csv.gz}"), Columns: texts("id"), Rows: 1}
	err := New().Read(context.Background(), req, func(b *batch.Batch) error {
		got = append(got, seen{b.Origin, b.FirstRow, b.Columns[0].Value(0).Text})
		return nil
	})
	want := []seen{{"a/1.csv", 1, "1"}, {"a/1.csv", 2, "2"}, {"a/deep/3.csv.gz", 1, "0"}, {"b/2.csv", 1, "3"}}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v and error %v, want %v", got, err, want)
	}
	for _, path := range []string{"/none*.csv", "/none.csv"} {
		if got := read(t, settings(dir+path, "optional=true"), "id"); got != "" {
			t.Errorf("optional %s gives %q", path, got)
		}
	}
}

// TestRecordOfManyBlocks reads a field larger than several blocks, and one beyond the limit.
func TestRecordOfManyBlocks(t *testing.T) {
	long := strings.Repeat("line\n", 200_000)
	dir := write(t, "long.csv", "a,b\n1,\""+long+"\"\n2,x\n", "endless.csv", "a,b\n1,\""+strings.Repeat(long, 10))
	n := 0
	err := New().Read(context.Background(), sdk.ReadRequest{Config: settings(dir + "/long.csv"), Columns: texts("b")}, func(b *batch.Batch) error {
		for i := range b.Rows {
			if n++; n == 1 && b.Columns[0].Text(i) != long || n == 2 && b.Columns[0].Text(i) != "x" {
				t.Errorf("row %d has %d bytes", n, len(b.Columns[0].Text(i)))
			}
		}
		return nil
	})
	if err != nil || n != 2 {
		t.Errorf("%d rows, error %v", n, err)
	}
	_, err = rowsOf(t, New(), sdk.ReadRequest{Config: settings(dir + "/endless.csv"), Columns: texts("b")})
	if want := "line 2: the record that begins here does not end within 8 MiB"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("error %v, want %q", err, want)
	}
}

// TestBatchesAreBounded reads rows that together exceed what a batch may hold.
func TestBatchesAreBounded(t *testing.T) {
	dir := write(t, "wide.csv", "a,b\n"+strings.Repeat(strings.Repeat("x", 100_000)+",1\n", 300))
	rows := 0
	err := New().Read(context.Background(), sdk.ReadRequest{Config: settings(dir + "/wide.csv"), Columns: texts("a", "b", "a", "a")}, func(b *batch.Batch) error {
		rows += b.Rows
		if b.Size() > batch.MaxBytes {
			t.Errorf("a batch of %d bytes", b.Size())
		}
		return b.Check()
	})
	if err != nil || rows != 300 {
		t.Errorf("%d rows, error %v", rows, err)
	}
}

// TestReadEnds ends reads early: by the receiver and by the context.
func TestReadEnds(t *testing.T) {
	path := ordersFile(t, 50_000)
	stop := errors.New("stop")
	calls := 0
	err := New().Read(context.Background(), sdk.ReadRequest{Config: settings(path), Columns: orders()}, func(*batch.Batch) error { calls++; return stop })
	if err != stop || calls != 1 {
		t.Errorf("error %v after %d batches, want the receiver's after 1", err, calls)
	}
	ctx, cancel := context.WithCancel(context.Background())
	calls = 0
	err = New().Read(ctx, sdk.ReadRequest{Config: settings(path), Columns: orders(), Rows: 10}, func(*batch.Batch) error { calls++; cancel(); return nil })
	if err != context.Canceled || calls > 256 {
		t.Errorf("error %v after %d batches, want %v", err, calls, context.Canceled)
	}
}
