package editors_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/syntax"
	"github.com/recon-lang/recon/sdk/sdktest/dbtest"
)

// step is a word of a line. Gap: a blank stands before it. Hand: nothing offers it, as brackets and comments.
type step struct {
	Text string `json:"text"`
	Gap  bool   `json:"gap"`
	Hand bool   `json:"hand"`
}

// inner are the words of what stands in ${ } in a text.
var inner = regexp.MustCompile(`[\pL_][\pL\pN_]*|'[^']*'|[^\s]`)

// stepsOf are the words of a rule file by line, with one blank where the file has several to align columns.
func stepsOf(text []byte) (lines [][]step) {
	tree, _ := syntax.Parse(&diag.File{Name: "daily.recon", Text: text})
	line, gap, data := []step{}, false, false // data: a row of the table stands above
	add := func(text string, hand bool) {
		line, gap = append(line, step{text, gap && len(line) > 0, hand}), false
	}
	for _, tok := range tree.Tokens {
		word := string(text[tok.Start:tok.End])
		switch tok.Kind {
		case syntax.Newline:
			lines, line, gap = append(lines, line), []step{}, false
		case syntax.Space:
			gap = true
		case syntax.Op, syntax.Remark:
			add(word, true)
		case syntax.String:
			before, rest, found := strings.Cut(word, "${")
			if !found {
				add(word, false)
				continue
			}
			part, after, _ := strings.Cut(rest, "}")
			add(before+"${", true)
			for _, at := range inner.FindAllStringIndex(part, -1) {
				gap = at[0] > 0 && part[at[0]-1] == ' '
				add(part[at[0]:at[1]], at[1] == at[0]+1)
			}
			add("}"+after, true)
		case syntax.TableRow:
			add(strings.Join(strings.Fields(word), " "), data)
			data = true
			continue
		case syntax.Date, syntax.Datetime:
			add(word, true) // what is offered is near today
		case syntax.Text:
			for i, part := range strings.Split(word, "\n") {
				if i > 0 {
					lines, line, gap = append(lines, line), []step{}, false
				}
				if part = strings.TrimSpace(part); part != "" {
					add(part, true)
				}
			}
		case syntax.EOF:
		default:
			add(word, false)
		}
		data = data && (tok.Kind == syntax.Newline || tok.Kind == syntax.Space)
	}
	return lines
}

// authored are the words of the example, in the order of the text, that its author makes up: all others Neovim takes from the first few of what
// its menu offers once a letter is typed.
var authored = []string{"date", "orders", `"data/orders.db"`, `"pay_order"`, "paid_at", "status", `"PAID"`, `"REFUNDED"`, "order_no", "mch_id", "amount", "fee", "status",
	`"PAID"`, `"REFUNDED"`, `"CLOSED"`, "paid_at", "bill", "1", "trade_time", "out_trade_no", `"商户订单号"`, "\"`\"", "mch_id", `"商户号"`, "\"`\"", "total_fee", `"总金额"`,
	"rate_fee", `"手续费"`, "state", `"交易状态"`, "trade_time", `"交易时间"`, "daily_payment", `"订单 vs 渠道账单（日对账）"`, `"fin-data@example.com"`, `"SUCCESS"`, `"REFUND"`,
	`"pays at 23:59:58, billed at 00:00:03 next day"`, "| order_no |"}

// written is what comes of a rule file whose words Neovim writes into an empty file, with nothing but the settings that stand here and
// CTRL-X CTRL-O. It has to be the file to the letter once it is laid out.
func written(t *testing.T, path string) account {
	t.Helper()
	need(t, "nvim", "apt-get install neovim")
	if said, _ := exec.Command("nvim", "--headless", "--clean", "-c", "lua io.stdout:write(vim.lsp.completion and 'forms' or '')", "-c", "qall").Output(); strings.Contains(string(said), "forms") {
		dbtest.Absent(t, "no Neovim older than 0.11: later ones fill in whole forms, which this test does not write") // CI has Debian's
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	steps, err := json.Marshal(stepsOf(want))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "steps.json"), steps, 0o644); err != nil {
		t.Fatal(err)
	}
	script, _ := filepath.Abs("testdata/walk.lua")
	plugin, _ := filepath.Abs("neovim")
	a := run(t, []string{"RECON_STEPS=" + filepath.Join(dir, "steps.json")}, "nvim", "--headless", "--clean", "-n", "--cmd", "set rtp^="+plugin,
		"-c", "luafile "+script, filepath.Join(dir, "new.recon"))
	if a.Text != string(want) {
		t.Errorf("Neovim wrote\n%s", a.Text)
	}
	t.Logf("%d words taken from the menu, %d typed: %s", a.Taken, len(a.Typed), strings.Join(a.Typed, " "))
	return a
}

// A new user writes the daily-payment rule of the examples, and recon check has nothing to say about it.
func TestNeovimWritesDailyPayment(t *testing.T) {
	a := written(t, "../../examples/daily_payment/daily_payment.recon")
	if !slices.Equal(a.Typed, authored) {
		t.Errorf("typed by hand are\n%s\nwant\n%s", strings.Join(a.Typed, " "), strings.Join(authored, " "))
	}
	file := filepath.Join(t.TempDir(), "daily.recon")
	if err := os.WriteFile(file, []byte(a.Text), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(program, "check", file).CombinedOutput(); err != nil {
		t.Errorf("recon check: %v\n%s", err, out)
	}
}

// So are rules of other kinds: with a trigger, handlers, actions, a database and a cache; with amounts in another form.
func TestNeovimWritesOtherRules(t *testing.T) {
	for path, taken := range map[string]int{"../../lang/langtest/testdata/edition1/02_realtime_cache.recon": 125, "../../examples/cash/cash.recon": 45} {
		if a := written(t, path); a.Taken < taken {
			t.Errorf("%s: only %d words came from the menu, want %d", path, a.Taken, taken)
		}
	}
}
