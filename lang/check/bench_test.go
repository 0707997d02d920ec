package check_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/recon-lang/recon/lang/check"
	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/syntax"
)

// project is a file of at least so many lines, of the kind that people write.
func project(lines int) []byte {
	var b strings.Builder
	b.WriteString("param date: date = today(\"Asia/Shanghai\") - 1d\nlet tiny = 0.01\nsecret db = env(\"DSN\")\n")
	for i := 0; strings.Count(b.String(), "\n") < lines; i++ {
		fmt.Fprintf(&b, `
source orders_%[1]d from mysql {
  dsn   = secret.db
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
  path     = "bills/%[1]d/${date | format('%%Y%%m%%d')}/*.csv.gz"
  encoding = "gb18030"
  time     = traded
  zone     = "Asia/Shanghai"

  columns {
    bill_no  string                    = column("单号") | trim("x")
    mch_id   string                    = column("商户号") | trim()
    total    decimal(18, 2) unit "CNY" = column("总金额")
    fee      decimal(18, 4) unit "CNY" = column("手续费")
    state    string
    traded   timestamp                 = column("时间") | parse_time("%%Y-%%m-%%d %%H:%%M:%%S")
  }
}

## The daily orders.
rule daily_%[1]d between orders_%[1]d as o, bill_%[1]d as b {
  title = "日对账"

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
	return []byte(b.String())
}

func BenchmarkParseAndCheck5000Lines(b *testing.B) {
	file := &diag.File{Name: "bench.recon", Text: project(5000)}
	if u := compile(file); len(u.Diags) > 0 {
		b.Fatal(describe(u.Diags[0]))
	}
	b.ReportAllocs()
	for b.Loop() {
		compile(file)
	}
}

func BenchmarkCheck5000Lines(b *testing.B) {
	tree, _ := syntax.Parse(&diag.File{Name: "bench.recon", Text: project(5000)})
	cat := catalog()
	b.ReportAllocs()
	for b.Loop() {
		check.Files([]*syntax.File{tree}, nil, cat)
	}
}
