package langtest

import (
	"fmt"
	"strings"
)

// LargeFile is a file of at least so many lines, of the kind that people write: the daily orders of many shops, each with a channel's bill. It has no fault, and names
// no plugin but csv.
func LargeFile(lines int) string {
	var b strings.Builder
	b.WriteString("recon 1\n\nparam date: date = today(\"Asia/Shanghai\") - 1d\nlet tiny = 0.01\n")
	for i, n := 0, 0; n < lines; i++ {
		part := fmt.Sprintf(`
source orders_%[1]d from csv {
  path = "orders/%[1]d.csv"
  time = paid_at
  zone = "Asia/Shanghai"
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
  path     = "bills/%[1]d/*.csv.gz"
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
		b.WriteString(part)
		n += strings.Count(part, "\n")
	}
	return b.String()
}
