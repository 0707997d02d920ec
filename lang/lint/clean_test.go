package lint_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/langtest"
)

// Nothing is found in what is shown to be right.
func TestExamplesAreClean(t *testing.T) {
	u := compile(langtest.Examples(t)...)
	for _, d := range slices.Concat(u.Diags, u.Lint()) {
		t.Errorf("%s %s %s", d.Span.File.Name, d.Code, d.Message)
	}
	names, err := filepath.Glob("../../examples/*/*.recon")
	if err != nil || len(names) == 0 {
		t.Fatal("no examples", err)
	}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range compile(&diag.File{Name: name, Text: text}).Lint() {
			t.Errorf("%s %s %s", name, d.Code, d.Message)
		}
	}
}

// long is a file of at least so many lines, of the kind that people write.
func long(lines int) *diag.File {
	var b strings.Builder
	b.WriteString("param date: date = today(\"Asia/Shanghai\") - 1d\nlet tiny = 0.01\n")
	for i := 0; strings.Count(b.String(), "\n") < lines; i++ {
		fmt.Fprintf(&b, `
secret db_%[1]d = env("DSN_%[1]d")

source orders_%[1]d from postgres {
  dsn   = secret.db_%[1]d
  table = "order_%[1]d"
  time  = paid_at
  zone  = "Asia/Shanghai"
  where status in ["PAID", "REFUNDED"] and amount > 0

  columns {
    order_no  string
    mch_id    string
    amount    decimal(18, 2) unit "CNY"
    fee       decimal(18, 4) unit "CNY"
    status    enum("PAID", "REFUNDED", "CLOSED")
    paid_at   timestamp
  }
}

source bill_%[1]d from csv {
  path = "bills/%[1]d/${date | format('%%Y%%m%%d')}/*.csv.gz"
  time = traded
  zone = "Asia/Shanghai"

  columns {
    bill_no  string                    = column("单号") | trim("x")
    mch_id   string                    = column("商户号") | trim()
    total    decimal(18, 2) unit "CNY" = column("总金额")
    fee      decimal(18, 4) unit "CNY" = column("手续费")
    state    string
    traded   timestamp                 = column("时间") | parse_time("%%Y-%%m-%%d %%H:%%M:%%S")
  }
}

# allow RC4019: its test stands in another file
rule daily_%[1]d between orders_%[1]d as o, bill_%[1]d as b {
  window {
    period = day(date)
    slack  = 30m
    carry  = 7d
  }

  key o.order_no = b.bill_no
  key mch_id

  compare o.amount = b.total within 0.01 or 0.1%% as amount
  compare o.fee = round(b.fee * 1.06, 4) within tiny where o.status == "PAID" as fee
  compare o.status = decode(b.state, {"SUCCESS": "PAID", "REFUND": "REFUNDED"}) as status
  compare o.paid_at = b.traded within 5m as paid_at

  warn when missing.count > 0
  fail when mismatch.rate > 0.05%% or expired.count > 0 or abs(diff.amount) > 100 CNY
}
`, i)
	}
	return &diag.File{Name: "long.recon", Text: []byte(b.String())}
}

func BenchmarkLint5000Lines(b *testing.B) {
	u := compile(long(5000))
	if len(u.Diags) > 0 {
		b.Fatal(u.Diags[0])
	}
	b.ReportAllocs()
	for b.Loop() {
		u.Lint()
	}
}
