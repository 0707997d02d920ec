package redis

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/schema"
	"github.com/recon-lang/recon/sdk/sdktest"
	"github.com/recon-lang/recon/sdk/sdktest/dbtest"
)

var servers dbtest.Servers

func TestMain(m *testing.M) {
	sdktest.Actions(NewAction)
	sdktest.Serve(New)
	code := m.Run()
	servers.Stop()
	os.Exit(code)
}

func secret(s string) schema.Value {
	return schema.Value{Type: schema.Type{Kind: schema.Secret}, Text: s}
}

func config(url, key, read string) schema.Config {
	return schema.Config{"url": secret(url), "key": schema.Text(key), "read": schema.Text(read)}
}

func column(name, text string) schema.Column {
	t, err := schema.ParseType(text)
	if err != nil {
		panic(err)
	}
	return schema.Column{Name: name, Type: t}
}

// TestContract runs the contract of sources over documents, hashes and strings.
func TestContract(t *testing.T) {
	db := servers.Redis(t)
	for _, command := range [][]string{
		{"SET", "acct:7", `{"bal": 12.30, "profile": {"level": "金"}}`},
		{"SET", "acct:9007199254740993", `{"bal":123456789012345678901234567890.12}`},
		{"SET", "acct:-1", "null"},
		{"HSET", "user:cn:1", "name", "订单 ", "n", "-9223372036854775808", "amount", "-9999999999999999.99", "wide", "0.0001", "ok", "true", "d", "2026-02-28", "at", "2026-02-28 11:00:00.123456", "f", "0.1"},
		{"HSET", "user:cn:2", "name", "", "n", "9223372036854775807", "amount", "0.01", "wide", "9999999999999999999999999999999999.9999", "ok", "false", "d", "9999-12-31", "at", "2026-11-01T05:30:00Z", "f", "-1e300"},
		{"HSET", "user:us:1", "name", "Ä"},
		{"SET", "stock/[a]*?", "10.00"},
		{"SET", "stock/b", "-0.50"},
		{"SET", "bad:1", "12.30"}, {"SET", "bad:2", "12,30"},
		{"SET", "mixed:1", "x"}, {"LPUSH", "mixed:2", "x"},
	} {
		db.Do(t, command...)
	}
	const users = `region,id,name,n,amount,wide,ok,d,at,f
cn,1,订单 ,-9223372036854775808,-9999999999999999.99,0.0001,true,2026-02-28,2026-02-28T16:00:00.123456Z,0.1
cn,2,"",9223372036854775807,0.01,9999999999999999999999999999999999.9999,false,9999-12-31,2026-11-01T05:30:00Z,-1e+300
us,1,Ä,,,,,,,
`
	typed := []schema.Column{
		column("region", "string"), column("id", "integer"), column("name", "string"), column("n", "integer"), column("amount", "decimal(18, 2)"), column("wide", "decimal(38, 4)"),
		column("ok", "boolean"), column("d", "date"), column("at", "timestamp"), column("f", "float"),
	}
	value := []schema.Column{column("no", "string"), column("value", "decimal(18, 2)")}
	wrong := strings.Replace(db.URL, "redis://:", "redis://:x", 1)
	sdktest.TestSource(t, New(),
		sdktest.Case{Name: "documents", Config: config(db.URL, "acct:{user_id}", "json"), AnyOrder: true,
			Columns: []schema.Column{column("user_id", "integer"), column("value", "json")},
			Rows: "user_id,value\n7,\"{\"\"bal\"\": 12.30, \"\"profile\"\": {\"\"level\"\": \"\"金\"\"}}\"\n" +
				"9007199254740993,\"{\"\"bal\"\":123456789012345678901234567890.12}\"\n-1,\"null\"\n"},
		sdktest.Case{Name: "hashes", Config: config(db.URL, "user:{region}:{id}", "hash"), Columns: typed, Rows: users, Zone: "America/New_York", AnyOrder: true},
		sdktest.Case{Name: "own types", Config: config(db.URL, "user:us:{id}", "hash"), Rows: "id,name\n1,Ä\n", AnyOrder: true},
		sdktest.Case{Name: "strings", Config: config(db.URL, "stock/{no}", "string"), Columns: value, Rows: "no,value\n[a]*?,10.00\nb,-0.50\n", AnyOrder: true},
		sdktest.Case{Name: "no keys", Config: config(db.URL, "none:{no}", "string"), Rows: "no,value\n", AnyOrder: true},
		sdktest.Case{Name: "other type", Config: config(db.URL, "mixed:{no}", "string"), Columns: value[:1], Setting: "read", Message: `key "mixed:2" holds a list, and read = "string" reads strings`},
		sdktest.Case{Name: "not hashes", Config: config(db.URL, "acct:{no}", "hash"), Columns: value[:1], Setting: "read", Message: "reads hashes"},
		sdktest.Case{Name: "no column", Config: config(db.URL, "acct:{user_id}", "json"), Columns: value, Setting: "read", Message: `there is no column "no": there is user_id and value`},
		sdktest.Case{Name: "bad pattern", Config: config(db.URL, "acct:{a}{b}", "json"), Columns: value, Setting: "key", Message: "right behind"},
		sdktest.Case{Name: "refused", Config: config(wrong, "acct:{no}", "string"), Columns: value, Setting: "url", Message: "WRONGPASS"},
		sdktest.Case{Name: "gone", Config: config("redis://:hunter22@127.0.0.1:1/0", "acct:{no}", "string"), Columns: value, Setting: "url", Message: "connection refused"},
		sdktest.Case{Name: "no database", Config: config(db.URL+"999", "acct:{no}", "string"), Columns: value, Setting: "url", Message: "cannot connect"},
		sdktest.Case{Name: "no url", Config: config("hunter22://x", "acct:{no}", "string"), Columns: value, Setting: "url", Message: "cannot be understood"},
	)
}

// read reads all rows as texts, sorted; bad values as column, text and reason.
func read(t *testing.T, cfg schema.Config, bad bool, columns ...schema.Column) (rows, bads []string, err error) {
	t.Helper()
	err = New().Read(t.Context(), sdk.ReadRequest{Config: cfg, Columns: columns, BadRows: bad}, func(b *batch.Batch) error {
		for i := range b.Rows {
			row := make([]string, len(b.Columns))
			for j := range b.Columns {
				row[j] = b.Columns[j].Value(i).String()
			}
			rows = append(rows, strings.Join(row, " "))
		}
		for _, v := range b.Bad {
			bads = append(bads, fmt.Sprintf("%d: %s: %s", v.Column, v.Text, v.Reason))
		}
		return nil
	})
	slices.Sort(rows)
	slices.Sort(bads)
	return rows, bads, err
}

func TestKeysThatDoNotFitThePattern(t *testing.T) {
	db := servers.Redis(t)
	for _, key := range []string{"acct:7", "acct:7:history", "acct:", "acct:x", "other:1", "Acct:1", "acct:\xff"} {
		db.Do(t, "SET", key, "12.30")
	}
	cfg := config(db.URL, "acct:{user_id}", "string")
	columns := []schema.Column{column("user_id", "integer"), column("value", "decimal(8, 2)")}
	rows, bads, err := read(t, cfg, true, columns...)
	if err != nil || !slices.Equal(rows, []string{"7 12.30", "null 12.30", "null null", "null null", "null null"}) || len(bads) != 4 ||
		!slices.Contains(bads, `-1: acct:7:history: not a key as "acct:{user_id}" writes it`) || !slices.Contains(bads, `0: x: not an integer of 64 bits, under key "acct:x"`) {
		t.Errorf("rows %q, bad %q, %v", rows, bads, err)
	}
	db.Do(t, "DEL", "acct:x", "acct:", "acct:\xff")
	_, _, err = read(t, cfg, false, columns...)
	var e *sdk.Error
	if !errors.As(err, &e) || !strings.Contains(e.Message, `"acct:7:history" is not a key as "acct:{user_id}" writes it`) || !strings.Contains(e.Hint, `others = "skip"`) {
		t.Errorf("got %v", err)
	}
	cfg["others"] = schema.Text("skip")
	if rows, bads, err := read(t, cfg, false, columns...); err != nil || !slices.Equal(rows, []string{"7 12.30"}) || len(bads) != 0 {
		t.Errorf("rows %q, bad %q, %v", rows, bads, err)
	}
}

// While the server's table of keys shrinks, SCAN gives some keys twice: once from the large table, once from the small one. One
// shrinking repeats a key in one case of three, so there are many.
func TestEachKeyOnceWhileTheTableShrinks(t *testing.T) {
	db := servers.Redis(t)
	const stay, fill, times = 400, 7000, 15
	set, unset := []string{"MSET"}, []string{"DEL"}
	for i := range fill {
		set, unset = append(set, fmt.Sprint("fill:", i), ""), append(unset, fmt.Sprint("fill:", i))
	}
	settled := func(size string) {
		number := db.URL[strings.LastIndexByte(db.URL, '/')+1:]
		for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(time.Millisecond) {
			stats, _, _ := strings.Cut(db.Do(t, "DEBUG", "HTSTATS", number), "[Expires HT]")
			if strings.Contains(stats, "table size: "+size) && !strings.Contains(stats, "rehashing target") {
				return
			}
			if time.Now().After(deadline) {
				t.Fatalf("the table does not come to %s:\n%s", size, stats)
			}
		}
	}
	for i := range stay {
		db.Do(t, "SET", fmt.Sprint("acct:", i), fmt.Sprint(i))
	}
	db.Do(t, set...)
	settled("8192")
	seen := map[string]int{}
	req := sdk.ReadRequest{Config: config(db.URL, "acct:{user_id}", "string"), Columns: []schema.Column{column("user_id", "string"), column("value", "string")}, Rows: 1}
	r, err := newReader(t.Context(), req, func(b *batch.Batch) error {
		key, value := b.Columns[0].Text(0), b.Columns[1].Text(0)
		if seen[strings.Clone(key)]++; key != value {
			t.Errorf("key %s has %s", key, value)
		}
		switch n := len(seen); n % (stay / times) {
		case 0:
			db.Do(t, unset...)
			settled("512")
		case stay / times / 2:
			db.Do(t, set...)
			settled("8192")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	r.count = 5
	if err := r.read(db.URL); err != nil {
		t.Fatal(err)
	}
	for i := range stay {
		if n := seen[fmt.Sprint(i)]; n != 1 {
			t.Fatalf("key acct:%d was read %d times", i, n)
		}
	}
}

func TestLargeValuesComeInFewBytes(t *testing.T) {
	db := servers.Redis(t)
	large := strings.Repeat("x", 1<<20)
	for i := range 40 {
		db.Do(t, "SET", fmt.Sprint("doc:", i), large)
	}
	n := 0
	err := New().Read(t.Context(), sdk.ReadRequest{Config: config(db.URL, "doc:{no}", "string"), Columns: []schema.Column{column("no", "integer"), column("value", "string")}}, func(b *batch.Batch) error {
		if n += b.Rows; b.Size() > batch.MaxBytes {
			t.Errorf("a batch of %d bytes", b.Size())
		}
		return nil
	})
	if err != nil || n != 40 {
		t.Errorf("%d rows, %v", n, err)
	}
}

func TestPatterns(t *testing.T) {
	for _, c := range []struct {
		pattern, key string
		want         []string // nil: it does not fit
	}{
		{"acct:{id}", "acct:7", []string{"7"}},
		{"acct:{id}", "acct:7:x", nil},
		{"acct:{id}", "acct:", nil},
		{"{id}", "a:b*", []string{"a:b*"}},
		{"a:{x}:{y}", "a:1:2", []string{"1", "2"}},
		{"a:{x}:{y}", "a:1:2:3", nil},
		{"a:{x}-{y}", "a:1-2-3", nil},
		{"a:{x}-{y}:z", "a:1-2:z", []string{"1", "2"}},
		{"{{tag}}:{x}", "{tag}:1", []string{"1"}},
		{"a:{名}", "a:订单", []string{"订单"}},
	} {
		p, err := parsePattern(c.pattern)
		if err != nil {
			t.Fatal(err)
		}
		if got, ok := p.split(c.key, nil); ok != (c.want != nil) || ok && !slices.Equal(got, c.want) {
			t.Errorf("%s in %s: got %q, %v", c.key, c.pattern, got, ok)
		}
	}
	for _, bad := range []string{"", "acct:7", "acct:{", "acct:}", "acct:{}", "acct:{ a}", "a{x}b{x}", "{a}{b}"} {
		var e *sdk.Error
		if _, err := parsePattern(bad); !errors.As(err, &e) || e.Setting != "key" {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

// A key that is written from parts is read as these parts, or not at all: never as others.
func TestPatternsReadBack(t *testing.T) {
	p, err := parsePattern("a*[x]:{p}:{q}/{r}")
	if err != nil {
		t.Fatal(err)
	}
	db := servers.Redis(t)
	rapid.Check(t, func(rt *rapid.T) {
		text := rapid.StringMatching(`[ab:/*?\[\]\\é]{0,4}`)
		parts := []string{text.Draw(rt, "p"), text.Draw(rt, "q"), text.Draw(rt, "r")}
		key := "a*[x]:" + parts[0] + ":" + parts[1] + "/" + parts[2]
		got, ok := p.split(key, nil)
		if ok && !slices.Equal(got, parts) {
			rt.Fatalf("%q was read as %q", key, got)
		}
		if clean := parts[0] != "" && parts[1] != "" && parts[2] != "" && !strings.ContainsAny(parts[0], ":") && !strings.ContainsAny(parts[1], ":/") && !strings.Contains(parts[2], "/"); clean && !ok {
			rt.Fatalf("%q was not read", key)
		}
		db.Do(t, "FLUSHDB")
		db.Do(t, "SET", key, "1")
		rows, bads, err := read(t, config(db.URL, p.text, "string"), true, column("p", "string"))
		if err != nil || len(rows) != 1 || (len(bads) == 0) != ok {
			rt.Fatalf("%q: rows %q, bad %q, %v", key, rows, bads, err)
		}
	})
}

func TestActionContract(t *testing.T) {
	db := servers.Redis(t)
	cfg := func(url, command string) schema.Config {
		return schema.Config{"url": secret(url), "command": schema.Text(command)}
	}
	auto := schema.Config{"approval": schema.Text("auto")}
	columns := map[string]schema.Value{"user_id": schema.Int(7), "evil": schema.Text("7 acct:8 '\r\nFLUSHALL"), "note": {Type: schema.Type{Kind: schema.String}, Null: true}}
	// drops says which keys are left.
	drops := func(left string) func(t *testing.T) func(*testing.T) {
		return func(t *testing.T) func(*testing.T) {
			db.Do(t, "FLUSHDB")
			db.Do(t, "MSET", "acct:7", "x", "acct:8", "x", "acct:"+columns["evil"].Text, "x")
			return func(t *testing.T) {
				keys := strings.Split(db.Do(t, "MGET", "acct:7", "acct:8", "acct:"+columns["evil"].Text), "\n")
				for i := range keys {
					keys[i] = strings.Replace(keys[i], "(nil)", "-", 1)
				}
				if got := strings.Join(keys, ""); got != left {
					t.Errorf("left are %s, want %s", got, left)
				}
			}
		}
	}
	one := func(name, command, left string) sdktest.ActionCase {
		return sdktest.ActionCase{Name: name, Prepare: drops(left), Request: sdk.ActionRequest{ID: "01J-0", Config: cfg(db.URL, command), Fields: auto, Columns: columns}}
	}
	fails := func(name, command, message string) sdktest.ActionCase {
		c := one(name, command, "xxx")
		c.Message, c.Setting = message, "command"
		return c
	}
	gone := one("gone", "DEL acct:{user_id}", "xxx")
	gone.Request.Config, gone.Message, gone.Setting, gone.Temporary = cfg("redis://:hunter22@127.0.0.1:1/0", "DEL acct:{user_id}"), "connection refused", "url", true
	unapproved := one("unapproved", "DEL acct:{user_id}", "xxx")
	unapproved.Request.Fields, unapproved.Message, unapproved.Setting = schema.Config{"approval": schema.Text("later")}, "only \"auto\" is known", "approval"
	sdktest.TestAction(t, NewAction(),
		one("drops", "del  acct:{user_id}", "-xx"),
		one("is never split again", "DEL acct:{evil}", "xx-"),
		one("several", "DEL acct:{user_id} 'acct:8' acct:none", "--x"),
		gone, unapproved,
		fails("null", "DEL acct:{note}", "note of the break is null"),
		fails("no such column", "DEL acct:{nobody}", `has no column or key "nobody"`),
		fails("dangerous", "FLUSHALL {user_id}", "cannot be run"),
		fails("of all breaks", "DEL acct:7", "names no column"),
		fails("bare", "DEL", "has no argument"),
		fails("a column for a command", "{user_id} x", "cannot be run"),
		fails("open quote", "DEL 'acct:{user_id}", "quote that is not closed"),
		fails("open brace", "DEL acct:{user_id", "not closed"),
		fails("wrong arguments", "EXPIRE acct:{user_id} soon", "did not run EXPIRE"),
	)
}

func TestSplit(t *testing.T) {
	for text, want := range map[string]string{
		" SET a  b ": "SET|a|b", "SET 'a b' c'd e'f ''": "SET|a b|cd ef|", "SET 'it''s'": "SET|it's", "": "",
	} {
		if got, err := split(text); err != nil || strings.Join(got, "|") != want {
			t.Errorf("%q: got %q, %v", text, got, err)
		}
	}
}

func TestReadEndsWithItsContext(t *testing.T) {
	db := servers.Redis(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := New().Read(ctx, sdk.ReadRequest{Config: config(db.URL, "a:{b}", "string")}, func(*batch.Batch) error { return nil })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
