package mask

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/schema"
)

func TestSecretsAreTakenOut(t *testing.T) {
	for _, c := range []struct{ secret, text, want string }{
		{"hunter22", "no access with hunter22 at db", "no access with *** at db"},
		{"p w/d&x", "GET /?k=p+w%2Fd%26x and p%20w%2Fd&x", "GET /?k=*** and ***"},
		{"postgres://u:p%40ss-w@db.example.com:5432/pay", "u at db.example.com: p@ss-w or p%40ss-w is wrong for pay", "u at db.example.com: *** or *** is wrong for pay"},
		{"u:s3cr3t@tcp(db:3306)/pay", "Error 1045 for u with s3cr3t", "Error 1045 for u with ***"},
		{"host=db password='very s3cret' dbname=pay", "very s3cret is wrong for pay at db", "*** is wrong for pay at db"},
		{"https://hooks.example.com/services/T0/B0/abcdefghijklmnop?key=0123456789abcdef", "POST /services/T0/B0/abcdefghijklmnop?key=0123456789abcdef", "POST ***"},
		{"https://hooks.example.com/services/abcdefghijklmnop", "the path abcdefghijklmnop is gone from hooks.example.com", "the path *** is gone from hooks.example.com"},
		{"X-Key: abcd1234", "400: abcd1234 is no key", "400: *** is no key"},
		{"-----BEGIN KEY-----\nMIIabcdefghijklmnop\n-----END KEY-----\n", "at MIIabcdefghijklmnop", "at ***"},
		{"a\"b\\c\nd", `"a\"b\\c\nd"`, `"***"`},
		{"abc", "abc stays: it is no secret", "abc stays: it is no secret"},
		{"", "nothing", "nothing"},
		{"abcd", "abcd, abcdefgh", "***, ***efgh"},
	} {
		var m Mask
		m.Add(c.secret)
		if got := m.Clean(c.text); got != c.want {
			t.Errorf("without %q: %q, want %q", c.secret, got, c.want)
		}
	}
}

func TestErrorsKeepWhatTheySay(t *testing.T) {
	var m Mask
	list := schema.Type{Kind: schema.Secret}
	m.Config(schema.Config{
		"dsn": {Type: schema.Type{Kind: schema.Secret}, Text: "hunter22"}, "table": schema.Text("orders"),
		"headers": {Type: schema.Type{Kind: schema.List, Elem: &list}, List: []schema.Value{{Text: "X-Key: abcd1234"}}},
	})
	clean := fmt.Errorf("read orders: %w", io.ErrUnexpectedEOF)
	if m.Error(clean) != clean || m.Error(nil) != nil {
		t.Error("an error without a secret is another")
	}
	err := m.Error(fmt.Errorf("read orders: %w", errors.Join(io.ErrUnexpectedEOF, &sdk.Error{Setting: "dsn", Message: "no access with hunter22", Hint: "is hunter22 right, and abcd1234?", Temporary: true})))
	var at *sdk.Error
	if !errors.Is(err, io.ErrUnexpectedEOF) || !errors.As(err, &at) || at.Setting != "dsn" || !at.Temporary {
		t.Fatalf("got %#v", err)
	}
	if all := err.Error() + at.Message + at.Hint + at.Error(); strings.Contains(all, "hunter22") || strings.Contains(all, "abcd1234") || !strings.Contains(all, "read orders") {
		t.Error(all)
	}
	only := m.Error(&sdk.Error{Message: "no access", Hint: "hunter22 is wrong"})
	if errors.As(only, &at); at.Hint != "*** is wrong" {
		t.Error(at.Hint)
	}
}
