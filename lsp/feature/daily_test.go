package feature_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/recon-lang/recon/lang"
	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/syntax"
	"github.com/recon-lang/recon/lsp/feature"
	"github.com/recon-lang/recon/plugins"
	"github.com/recon-lang/recon/sdk/schema"
)

func testCatalog([]string) schema.Catalog {
	text := schema.Type{Kind: schema.String}
	secret := schema.Type{Kind: schema.Secret}
	c := schema.Catalog{Sources: map[string]schema.Source{}, Tables: map[string]schema.Table{}, Actions: map[string]schema.Action{
		"dingtalk": {Name: "dingtalk", Doc: "A message to a group.",
			Settings: []schema.Setting{{Name: "url", Type: secret, Required: true, Example: "secret.ding_url"}, {Name: "sign", Type: secret}},
			Fields:   []schema.Setting{{Name: "text", Type: text, Required: true}, {Name: "to", Type: text}}},
		"webhook": {Name: "webhook", Settings: []schema.Setting{{Name: "url", Type: secret, Required: true}}},
	}}
	for name, source := range plugins.Builtin() {
		c.Sources[name] = source().Describe()
	}
	decimal := func(scale int32) schema.Type { return schema.Type{Kind: schema.Decimal, Precision: 18, Scale: scale} }
	c.Tables["orders"] = schema.Table{Columns: []schema.Column{{Name: "order_no", Type: text}, {Name: "mch_id", Type: text}, {Name: "amount", Type: decimal(2)},
		{Name: "fee", Type: decimal(4)}, {Name: "status", Type: text}, {Name: "paid_at", Type: schema.Type{Kind: schema.Timestamp}}}}
	c.Tables["bill"] = schema.Table{Columns: []schema.Column{{Name: "商户订单号", Type: text}, {Name: "商户号", Type: text}, {Name: "总金额", Type: text},
		{Name: "手续费", Type: text}, {Name: "交易状态", Type: text}, {Name: "交易时间", Type: text}}}
	return c
}

func completeIn(text string, offset int, opt feature.CompleteOptions) []feature.Item {
	if opt.Now.IsZero() {
		opt.Now = time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)
	}
	u := lang.Compile([]*diag.File{{Name: "/w/a.recon", Text: []byte(text)}}, testCatalog)
	return feature.Complete((&feature.Project{Unit: u}).Of("/w/a.recon"), offset, opt)
}

// made are the words of the example that its author makes up, by line. All others are found by completion.
var made = map[int][]string{
	4: {"date", "1d"}, 6: {"orders_dsn", `"ORDERS_DSN"`}, 7: {"ding_url", `"DING_WEBHOOK"`}, 9: {"orders"}, 11: {`"pay_order"`}, 14: {`"PAID"`, `"REFUNDED"`},
	20: {"4"}, 21: {`"PAID"`, `"REFUNDED"`, `"CLOSED"`}, 26: {"bill"}, 27: {`"bills/wechat/${date | format('%Y%m%d')}/*.csv.gz"`}, 29: {"1"}, 30: {"trade_time"},
	34: {"out_trade_no", "\"`\""}, 35: {"mch_id", "\"`\""}, 36: {"total_fee", "2"}, 37: {"rate_fee", "4"}, 38: {"state"}, 39: {"trade_time"}, 19: {"2"},
	43: {"fin_oncall"}, 48: {"daily_payment"}, 49: {`"订单 vs 微信账单（日对账）"`}, 50: {`"fin-data@example.com"`}, 70: {`"SUCCESS"`, `"REFUND"`}, 76: {"1000 CNY"},
	78: {`"长款 ${count} 笔，合计 ${sum(orders.amount)}，示例 ${sample(orders.order_no, 3)}"`}, 83: {`"pays at 23:59:58, billed at 00:00:03 next day"`},
	88: {"|"}, 89: {"|"}, 97: {"|"}, 101: {"2026-11-22T06:30"}, 102: {"2026-11-21"}, 108: {"|"},
}

// The daily-payment rule can be written by completion: at each word that its author does not make up, the text so far, with nothing behind it, is
// completed. What is wanted is among all that is offered, and among the first few once a letter is typed.
func TestDailyPaymentByCompletion(t *testing.T) {
	raw, err := os.ReadFile("../../lang/langtest/testdata/edition1/01_daily_payment.recon")
	if err != nil {
		t.Fatal(err)
	}
	const few = 5
	text := string(raw)
	tree, _ := syntax.Parse(&diag.File{Name: "x", Text: raw})
	asked := 0
	for _, tok := range tree.Tokens {
		switch tok.Kind {
		case syntax.Name, syntax.String, syntax.Number, syntax.Quantity, syntax.Money, syntax.TableRow, syntax.Date, syntax.Datetime:
		default:
			continue
		}
		word := text[tok.Start:tok.End]
		line := strings.Count(text[:tok.Start], "\n") + 1
		if slices.Contains(made[line], word) || tok.Kind == syntax.TableRow && slices.Contains(made[line], "|") {
			continue
		}
		_, size := utf8.DecodeRuneInString(word)
		if tok.Kind == syntax.Number || tok.Kind == syntax.TableRow || tok.Kind == syntax.Datetime || tok.Kind == syntax.Date {
			size = 0 // offered before anything is typed
		}
		for _, typed := range []string{"", word[:size]} {
			asked++
			sofar := text[:tok.Start] + typed
			items := completeIn(sofar, len(sofar), feature.CompleteOptions{})
			want := squeezed(text[:tok.Start] + word)
			at := slices.IndexFunc(items, func(it feature.Item) bool {
				return strings.HasPrefix(squeezed(sofar[:it.Span.Start]+it.Insert+sofar[it.Span.End:]), want)
			})
			if at < 0 || typed != "" && at >= few {
				t.Errorf("line %d: after %q and %q, %s is number %d of %d:%s", line, lastLine(text[:tok.Start]), typed, word, at+1, len(items), labels(items, 8))
			}
		}
	}
	if asked < 400 {
		t.Errorf("only %d places were asked about", asked)
	}
}

// squeezed is a text with one blank for several: how columns are aligned is for the formatter.
func squeezed(text string) string { return strings.Join(strings.Fields(text), " ") }

func lastLine(text string) string { return text[strings.LastIndexByte(text, '\n')+1:] }

func labels(items []feature.Item, n int) (text string) {
	for i, it := range items {
		if i < n {
			text += " " + it.Label
		}
	}
	return text
}

// A new file begins with its edition, by a whole form where the client can fill in places.
func TestCompleteInEmptyFile(t *testing.T) {
	for _, snippets := range []bool{false, true} {
		items := completeIn("", 0, feature.CompleteOptions{Snippets: snippets})
		if len(items) == 0 || items[0].Label != "recon" || strings.TrimSuffix(items[0].Insert, "\n") != "recon 1" {
			t.Fatalf("an empty file begins with:%s", labels(items, 5))
		}
		for _, it := range items {
			if it.Label == "source" && strings.Contains(it.Insert, "${1:name}") != snippets {
				t.Errorf("source is inserted as %q", it.Insert)
			}
			if !snippets && (it.Snippet || strings.ContainsAny(it.Insert, "$\n")) {
				t.Errorf("%s is a snippet, or has several lines: %q", it.Label, it.Insert)
			}
		}
	}
}

// places are the places of a snippet; in each the first of the texts that it may have.
var places = regexp.MustCompile(`\$\{[0-9](?::([^}]*)|\|([^,|]*)[^}]*)\}|\$[0-9]`)

// Every form that is offered for a whole declaration is one that can be read, with its places as they are.
func TestFormsAreRead(t *testing.T) {
	const before = "recon 1\n\nsource orders from csv {\n  path = \"a.csv\"\n  columns { no string }\n}\n\nsource bank from csv {\n  path = \"b.csv\"\n  columns { no string }\n}\n\n" +
		"rule r between orders, bank {\n  key no\n}\n\n"
	for _, it := range completeIn(before, len(before), feature.CompleteOptions{Snippets: true}) {
		switch it.Label {
		case "import", "let", "moved":
			continue // they wait for a value that only the author knows
		}
		text := before + places.ReplaceAllString(it.Insert, "$1$2") + "\n"
		_, found := syntax.Parse(&diag.File{Name: "x", Text: []byte(text)})
		for _, d := range found {
			t.Errorf("%s: %s %s\n%s", it.Label, d.Code, d.Message, it.Insert)
		}
	}
}

// All time zones that are offered exist.
func TestZonesExist(t *testing.T) {
	const text = "source a from csv {\n  zone = "
	n := 0
	for _, it := range completeIn(text, len(text), feature.CompleteOptions{}) {
		if _, err := time.LoadLocation(strings.Trim(it.Insert, `"`)); err != nil {
			t.Error(err)
		}
		n++
	}
	if n < 400 {
		t.Errorf("only %d zones", n)
	}
}
