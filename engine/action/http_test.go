package action

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/schema"
)

// token stands in every address of these tests, and must stand in no error.
const token = "t0psecret-token"

func secret(s string) schema.Value {
	return schema.Value{Type: schema.Type{Kind: schema.Secret}, Text: s}
}

func duration(d time.Duration) schema.Value {
	return schema.Value{Type: schema.Type{Kind: schema.Duration}, Int: d.Microseconds()}
}

func list(texts ...string) schema.Value {
	v := schema.Value{Type: schema.Type{Kind: schema.List}}
	for _, t := range texts {
		v.List = append(v.List, schema.Text(t))
	}
	return v
}

// received is one request as a server saw it.
type received struct {
	header http.Header
	uri    string
	body   string
}

// server answers with a status and a body, and notes what came.
func server(t *testing.T, status int, answer string) (address string, got *[]received) {
	got = &[]received{}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		*got = append(*got, received{r.Header, r.RequestURI, string(body)})
		if status/100 == 3 {
			w.Header().Set("Location", "http://elsewhere.example.com/"+token)
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, answer)
	}))
	t.Cleanup(s.Close)
	return s.URL + "/send?access_token=" + token, got
}

func do(t *testing.T, kind string, cfg, fields schema.Config) error {
	t.Helper()
	err := Builtin()[kind].Do(t.Context(), sdk.ActionRequest{ID: "01J-0", Config: cfg, Fields: fields, Message: []byte(`{"recon":1}`)})
	if err != nil && strings.Contains(err.Error(), token) {
		t.Errorf("the error shows a secret: %v", err)
	}
	return err
}

// fault is err as the error that a user gets.
func fault(t *testing.T, err error, temporary bool, want string) {
	t.Helper()
	var e *sdk.Error
	if !errors.As(err, &e) || e.Temporary != temporary || !strings.Contains(e.Error(), want) {
		t.Errorf("got %v (%+v), want %q, temporary %v", err, e, want, temporary)
	}
}

func TestWebhookSendsTheMessage(t *testing.T) {
	address, got := server(t, 202, "")
	cfg := schema.Config{"url": secret(address), "headers": {Type: schema.Type{Kind: schema.List}, List: []schema.Value{secret("Authorization: Bearer " + token), schema.Text("X-Team: fin")}}}
	if err := do(t, "webhook", cfg, nil); err != nil {
		t.Fatal(err)
	}
	r := (*got)[0]
	if len(*got) != 1 || r.body != `{"recon":1}` || r.header.Get("Idempotency-Key") != "01J-0" || r.header.Get("Authorization") != "Bearer "+token ||
		r.header.Get("X-Team") != "fin" || r.header.Get("Content-Type") != "application/json" {
		t.Errorf("got %+v", *got)
	}
}

func TestWebhookFailures(t *testing.T) {
	for _, c := range []struct {
		status    int
		answer    string
		temporary bool
		want      string
	}{
		{500, "no " + token, true, "answered 500 Internal Server Error: no ***"},
		{429, "", true, "answered 429 Too Many Requests"},
		{404, "", false, "answered 404"},
		{302, "", false, "answered 302"},
		{400, strings.Repeat("很长", 1000), false, "…"},
	} {
		address, got := server(t, c.status, c.answer)
		err := do(t, "webhook", schema.Config{"url": secret(address), "headers": list("X-Token: " + token)}, nil)
		fault(t, err, c.temporary, c.want)
		if len(*got) != 1 {
			t.Errorf("%d: %d requests, want one: the redirect is not followed, and who calls tries again", c.status, len(*got))
		}
	}
	gone := httptest.NewServer(nil)
	gone.Close()
	fault(t, do(t, "webhook", schema.Config{"url": secret(gone.URL + "/" + token)}, nil), true, "cannot reach")
	fault(t, do(t, "webhook", schema.Config{"url": secret("::" + token)}, nil), false, "the url is no address")
	fault(t, do(t, "webhook", schema.Config{"url": secret("https://x/"), "headers": list(token)}, nil), false, "a header cannot be understood")
	fault(t, do(t, "webhook", schema.Config{"url": secret("https://x/"), "timeout": duration(0)}, nil), false, "timeout")
}

func TestWebhookWaitsNoLongerThanItsTimeout(t *testing.T) {
	hold := make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-hold }))
	defer s.Close()
	defer close(hold)
	fault(t, do(t, "webhook", schema.Config{"url": secret(s.URL + "/" + token), "timeout": duration(50 * time.Millisecond)}, nil), true, "did not answer within 50ms")
}

func TestChats(t *testing.T) {
	text := schema.Config{"text": schema.Text("长款 1 笔 <b> & \"c\"")}
	for _, c := range []struct {
		kind, answer string
		temporary    bool
		want         string // "": it was taken
	}{
		{"dingtalk", `{"errcode":0,"errmsg":"ok"}`, false, ""},
		{"dingtalk", `{"errcode":310000,"errmsg":"keywords not in content ` + token + `"}`, false, "keywords not in content *** (code 310000)"},
		{"dingtalk", `{"errcode":130101,"errmsg":"send too fast"}`, true, "send too fast"},
		{"dingtalk", `<html>`, false, "not that of this chat"},
		{"dingtalk", `{}`, false, "not that of this chat"},
		{"wecom", `{"errcode":0,"errmsg":"ok"}`, false, ""},
		{"wecom", `{"errcode":93000,"errmsg":"invalid webhook url"}`, false, "invalid webhook url"},
		{"wecom", `{"errcode":45009,"errmsg":"api freq out of limit"}`, true, "api freq"},
		{"feishu", `{"code":0,"msg":"success"}`, false, ""},
		{"feishu", `{"StatusCode":0,"StatusMessage":"success"}`, false, ""},
		{"feishu", `{"code":19021,"msg":"sign match fail"}`, false, "sign match fail"},
		{"feishu", `{"code":11232,"msg":"frequency limited"}`, true, "frequency limited"},
		{"feishu", `{"ok":true}`, false, "not that of this chat"},
		{"slack", `ok`, false, ""},
		{"slack", `{"ok":true}`, false, ""},
		{"slack", `{"ok":false,"error":"channel_not_found"}`, false, "channel_not_found"},
		{"slack", `{"ok":false,"error":"ratelimited"}`, true, "ratelimited"},
		{"slack", `welcome`, false, "not that of this chat"},
	} {
		address, got := server(t, 200, c.answer)
		err := do(t, c.kind, schema.Config{"url": secret(address)}, text)
		if c.want == "" && err != nil {
			t.Errorf("%s, %s: %v", c.kind, c.answer, err)
		}
		if c.want != "" {
			fault(t, err, c.temporary, c.want)
		}
		var sent struct {
			Type    string `json:"msgtype"`
			Feishu  string `json:"msg_type"`
			Content struct{ Text string }
			Text    json.RawMessage
		}
		if err := json.Unmarshal([]byte((*got)[0].body), &sent); err != nil {
			t.Fatal(err)
		}
		want := map[string]string{
			"dingtalk": `{"content":"长款 1 笔 \u003cb\u003e \u0026 \"c\""}`, "wecom": `{"content":"长款 1 笔 \u003cb\u003e \u0026 \"c\""}`,
			"slack": `"长款 1 笔 \u0026lt;b\u0026gt; \u0026amp; \"c\""`,
		}[c.kind]
		if string(sent.Text) != want || c.kind == "feishu" && (sent.Feishu != "text" || sent.Content.Text != text["text"].Text) {
			t.Errorf("%s sent %s", c.kind, (*got)[0].body)
		}
	}
}

func TestSignatures(t *testing.T) {
	// Worked out by hand with openssl from the vendors' descriptions.
	at := time.UnixMilli(1700000000123)
	if got, want := dingtalkSigned("https://x/send?access_token=a", "SECkey", at), "https://x/send?access_token=a&sign=0TVkYRBCO7MqlH0UoVlUcu2w8GSt%2BXXc%2FOGTtHfVRno%3D&timestamp=1700000000123"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if stamp, got := feishuSign("key", at); stamp != "1700000000" || got != "q6Oev4Wrs23QSZVkmQVsgFJ6N6asqz82R5NA5r3kxD0=" {
		t.Errorf("got %s %s", stamp, got)
	}
	address, got := server(t, 200, `{"errcode":0}`)
	if err := do(t, "dingtalk", schema.Config{"url": secret(address), "sign": secret("SECkey")}, schema.Config{"text": schema.Text("x")}); err != nil {
		t.Fatal(err)
	}
	if uri := (*got)[0].uri; !strings.Contains(uri, "access_token="+token) || !strings.Contains(uri, "&sign=") || !strings.Contains(uri, "&timestamp=") {
		t.Errorf("sent to %s", uri)
	}
}

func TestLongTextsAreCut(t *testing.T) {
	address, got := server(t, 200, `{"errcode":0}`)
	if err := do(t, "wecom", schema.Config{"url": secret(address)}, schema.Config{"text": schema.Text(strings.Repeat("长", 1000))}); err != nil {
		t.Fatal(err)
	}
	var sent struct{ Text struct{ Content string } }
	if err := json.Unmarshal([]byte((*got)[0].body), &sent); err != nil {
		t.Fatal(err)
	}
	if c := sent.Text.Content; len(c) > wecomBytes || !strings.HasSuffix(c, "长 …") {
		t.Errorf("%d bytes, ends with %q", len(c), c[len(c)-10:])
	}
}
