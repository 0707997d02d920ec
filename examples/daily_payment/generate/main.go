// Command generate makes the data of the daily-payment example: a SQLite database of orders and
// two daily bills of a payment channel in GB18030, with a known set of differences. The same
// flags give the same rows.
//
//	go run ./examples/daily_payment/generate -out examples/daily_payment/data
package main

import (
	"bytes"
	"database/sql"
	"flag"
	"fmt"
	"log"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"
	_ "modernc.org/sqlite"
)

func main() {
	out := flag.String("out", "data", "folder to write to; it is replaced")
	orders := flag.Int("orders", 5000, "orders a day")
	flag.Parse()
	if err := generate(*out, *orders); err != nil {
		log.Fatal(err)
	}
}

var shanghai = time.FixedZone("Asia/Shanghai", 8*3600)

// order is one payment as both systems would have it if they agreed.
type order struct {
	no, merchant, status string
	cents                int64
	paid                 time.Time
}

func (o order) fee() int64 { return o.cents * 60 / 100 } // 0.6 %, in 1/10000 of a yuan

func (o order) bill() string {
	state := "SUCCESS"
	if o.status == "REFUNDED" {
		state = "REFUND"
	}
	return billLine(o.no, o.merchant, o.cents, o.fee(), state, o.paid.Add(3*time.Second))
}

func billLine(no, merchant string, cents, fee int64, state string, at time.Time) string {
	if merchant != "" {
		merchant = "`" + merchant
	}
	return fmt.Sprintf("`%s,%s,%d.%02d,%d.%04d,%s,%s\n", no, merchant, cents/100, cents%100, fee/10000, fee%10000, state, at.Format(time.DateTime))
}

func generate(out string, perDay int) error {
	if err := os.RemoveAll(out); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Join(out, "bills"), 0o755); err != nil {
		return err
	}
	first := time.Date(2026, 11, 20, 0, 0, 0, 0, shanghai)
	days := [2][]order{day(first, perDay), day(first.AddDate(0, 0, 1), perDay)}

	// The midnight pair: paid two seconds before the day ends, billed three seconds into the next.
	midnight := order{"P20261120-MIDNIGHT", "M01", "PAID", 128800, first.AddDate(0, 0, 1).Add(-2 * time.Second)}
	// The late one: paid at noon, and the channel forgets it until the next day's bill.
	late := order{"P20261120-LATE", "M02", "PAID", 45600, first.Add(12 * time.Hour)}
	days[0] = append(days[0], midnight, late)

	if err := database(filepath.Join(out, "orders.db"), days); err != nil {
		return fmt.Errorf("write the orders: %w", err)
	}
	one := lines(days[0], midnight.no, late.no)
	// Differences that stay, all on the first day.
	one[10] = billLine(days[0][10].no, days[0][10].merchant, days[0][10].cents+500, days[0][10].fee(), "SUCCESS", days[0][10].paid)
	one[20] = billLine(days[0][20].no, days[0][20].merchant, days[0][20].cents, days[0][20].fee()+25, "SUCCESS", days[0][20].paid)
	one[30] = ""                                                                                                               // the channel never bills it
	one[35] = billLine(days[0][35].no, days[0][35].merchant, days[0][35].cents, days[0][35].fee(), "REFUND", days[0][35].paid) // the channel says refunded
	one[40] += one[40]                                                                                                         // billed twice
	one = append(one, billLine("P20261120-UNKNOWN", "M03", 9900, 5940, "SUCCESS", first.Add(15*time.Hour)))                    // no such order
	one = append(one, billLine("P20261120-NOSHOP", "", 100, 60, "SUCCESS", first.Add(16*time.Hour)))                           // no merchant: no key
	two := append(lines(days[1]), midnight.bill(), late.bill())
	for i, bill := range [][]string{one, two} {
		name := filepath.Join(out, "bills", first.AddDate(0, 0, i).Format("20060102")+".csv")
		if err := writeBill(name, bill); err != nil {
			return fmt.Errorf("write a bill: %w", err)
		}
	}
	return nil
}

// day makes the orders of one day, between 00:40 and 23:20, so that only the midnight pair is
// near an edge.
func day(start time.Time, n int) []order {
	r := rand.New(rand.NewPCG(uint64(start.Unix()), 1))
	list := make([]order, n)
	for i := range list {
		status := "PAID"
		if r.IntN(50) == 0 && i > 50 {
			status = "REFUNDED"
		}
		list[i] = order{
			no:       fmt.Sprintf("P%s-%06d", start.Format("20060102"), i),
			merchant: fmt.Sprintf("M%02d", 1+r.IntN(20)),
			status:   status,
			cents:    100 + r.Int64N(500000),
			paid:     start.Add(40*time.Minute + time.Duration(r.IntN(81600))*time.Second),
		}
	}
	return list
}

func lines(orders []order, without ...string) []string {
	list := make([]string, 0, len(orders))
next:
	for _, o := range orders {
		for _, no := range without {
			if o.no == no {
				continue next
			}
		}
		list = append(list, o.bill())
	}
	return list
}

func database(name string, days [2][]order) error {
	db, err := sql.Open("sqlite", name)
	if err != nil {
		return err
	}
	defer db.Close()
	tx, err := db.Begin()
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if _, err := tx.Exec(`create table pay_order (order_no text primary key, mch_id text, amount text, fee text, status text, paid_at text)`); err != nil {
		return err
	}
	insert, err := tx.Prepare(`insert into pay_order values (?, ?, ?, ?, ?, ?)`)
	if err != nil {
		return err
	}
	for _, orders := range days {
		for _, o := range orders {
			amount := fmt.Sprintf("%d.%02d", o.cents/100, o.cents%100)
			fee := fmt.Sprintf("%d.%04d", o.fee()/10000, o.fee()%10000)
			if _, err := insert.Exec(o.no, o.merchant, amount, fee, o.status, o.paid.Format(time.DateTime)); err != nil {
				return err
			}
		}
	}
	return tx.Commit()
}

func writeBill(name string, rows []string) error {
	var text bytes.Buffer
	text.WriteString("渠道交易明细，仅供对账使用\n商户订单号,商户号,总金额,手续费,交易状态,交易时间\n")
	for _, row := range rows {
		text.WriteString(row)
	}
	encoded, err := simplifiedchinese.GB18030.NewEncoder().Bytes(text.Bytes())
	if err != nil {
		return err
	}
	return os.WriteFile(name, encoded, 0o644)
}
