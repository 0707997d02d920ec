//go:build unix

package mysql

import (
	"context"
	"database/sql/driver"
	"io"
	"testing"

	"github.com/go-sql-driver/mysql"

	"github.com/recon-lang/recon/plugins/internal/sqltest"
	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/schema"
)

const benchRows = 300_000

// BenchmarkRead reads a table of payments, BenchmarkReadParallel over two connections; BenchmarkDriver is the least that the driver needs for the same bytes.
func BenchmarkRead(b *testing.B)         { benchmarkRead(b, 1) }
func BenchmarkReadParallel(b *testing.B) { benchmarkRead(b, 2) }

func benchmarkRead(b *testing.B, connections int64) {
	db := servers.MariaDB(b)
	db.Exec(b, benchTable, "analyze table o")
	req := sdk.ReadRequest{Config: parallel(config(db, "o"), connections), Columns: []schema.Column{
		sqltest.Column("no", "string"), sqltest.Column("mch", "string"), sqltest.Column("amount", "decimal(18, 2)"), sqltest.Column("status", "string"), sqltest.Column("paid_at", "timestamp"), sqltest.Column("n", "integer")}}
	b.ReportAllocs()
	start := sqltest.ProcessorTime()
	for b.Loop() {
		rows := 0
		if err := New().Read(context.Background(), req, func(batch *batch.Batch) error { rows += batch.Rows; return nil }); err != nil || rows != benchRows {
			b.Fatal(rows, err)
		}
	}
	sqltest.PerRow(b, start, benchRows)
}

func BenchmarkDriver(b *testing.B) {
	db := servers.MariaDB(b)
	db.Exec(b, benchTable, "analyze table o")
	config, err := parseDSN(db.DSN)
	if err != nil {
		b.Fatal(err)
	}
	connector, err := mysql.NewConnector(config)
	if err != nil {
		b.Fatal(err)
	}
	conn, err := connector.Connect(context.Background())
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close()
	b.ReportAllocs()
	start := sqltest.ProcessorTime()
	for b.Loop() {
		rows, err := conn.(driver.QueryerContext).QueryContext(context.Background(), "select no, mch, amount, status, paid_at, n from o", nil)
		if err != nil {
			b.Fatal(err)
		}
		values := make([]driver.Value, 6)
		n := 0
		for err = rows.Next(values); err == nil; err = rows.Next(values) {
			n++
		}
		if err != io.EOF || n != benchRows {
			b.Fatal(n, err)
		}
		rows.Close()
	}
	sqltest.PerRow(b, start, benchRows)
}

const benchTable = `create table o (primary key (n)) as select concat('P20261120', lpad(seq, 12, '0')) as no, concat('M', seq % 1000) as mch, cast((seq * 37 % 10000000) / 100 as decimal(18, 2)) as amount,
	elt(seq % 3 + 1, 'PAID', 'REFUNDED', 'CLOSED') as status, timestamp'2026-11-20 00:00:00' + interval seq second as paid_at, seq as n from seq_1_to_300000`
