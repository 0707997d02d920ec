package schema

import (
	"bytes"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func types() *rapid.Generator[Type] {
	return rapid.Custom(func(t *rapid.T) Type {
		kind := Kind(rapid.IntRange(int(String), int(Bytes)).Draw(t, "kind"))
		switch kind {
		case Decimal:
			p := rapid.Int32Range(1, 38).Draw(t, "p")
			return Type{Kind: kind, Precision: p, Scale: rapid.Int32Range(0, p).Draw(t, "s")}
		case Enum:
			return Type{Kind: kind, Values: rapid.SliceOfN(rapid.String(), 1, 4).Draw(t, "values")}
		}
		return Type{Kind: kind}
	})
}

func TestTypesPrintBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := types().Draw(t, "type")
		got, err := ParseType(want.String())
		if err != nil || !got.Equal(want) {
			t.Fatalf("ParseType(%q) = %v, %v", want.String(), got, err)
		}
	})
}

func TestLocksPrintBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := &Lock{Plugins: map[string]PluginPin{"acme": {Version: "1.2.0", Hashes: map[string]string{"linux/amd64": "ab12"}}}, Tables: map[string]Table{}}
		for _, name := range rapid.SliceOfDistinct(rapid.StringMatching(`[a-z]{1,8}`), rapid.ID).Draw(t, "names") {
			table := Table{Key: rapid.SliceOfN(rapid.StringMatching(`(?s).{1,5}`), 0, 2).Draw(t, "key")}
			if len(table.Key) == 0 {
				table.Key = nil
			}
			for range rapid.IntRange(0, 4).Draw(t, "columns") {
				table.Columns = append(table.Columns, Column{Name: rapid.String().Draw(t, "column"), Type: types().Draw(t, "type")})
			}
			want.Tables[name] = table
		}
		text := want.Format()
		got, err := ParseLock(text)
		if err != nil {
			t.Fatalf("%v in:\n%s", err, text)
		}
		if !bytes.Equal(got.Format(), text) || len(want.Tables) > 0 && !reflect.DeepEqual(got.Tables, want.Tables) {
			t.Fatalf("got\n%s\nwant\n%s", got.Format(), text)
		}
	})
}

func TestParseLockNamesTheLine(t *testing.T) {
	for text, want := range map[string]string{
		"recon.lock 2\n":                        "recon.lock:1: the first line must be",
		"recon.lock 1\nsource a\n  \"x\" int\n": `recon.lock:3: unknown type " int"`,
		"recon.lock 1\nsource a\n  x string\n":  "recon.lock:3: a quoted text is missing",
		"recon.lock 1\nnonsense\n":              "recon.lock:2: cannot read",
	} {
		if _, err := ParseLock([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("ParseLock(%q): %v, want %s", text, err, want)
		}
	}
}

func TestConfigMasksSecrets(t *testing.T) {
	c := Config{"dsn": {Type: Type{Kind: Secret}, Text: "hunter2"}, "table": Text("orders")}
	if got, want := c.String(), "dsn = ***, table = orders"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
