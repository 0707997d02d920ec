//go:build unix

package postgres

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"

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
	db := servers.Postgres(b)
	db.Exec(b, benchTable, "analyze o")
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
	db := servers.Postgres(b)
	db.Exec(b, benchTable, "analyze o")
	conn, err := pgx.Connect(context.Background(), db.DSN)
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close(context.Background())
	b.ReportAllocs()
	start := sqltest.ProcessorTime()
	for b.Loop() {
		rows, err := conn.Query(context.Background(), "select no, mch, amount, status, paid_at, n from o")
		if err != nil {
			b.Fatal(err)
		}
		n := 0
		for rows.Next() {
			n += len(rows.RawValues()) / 6
		}
		if rows.Err() != nil || n != benchRows {
			b.Fatal(n, rows.Err())
		}
	}
	sqltest.PerRow(b, start, benchRows)
}

const benchTable = `create table o as select 'P20261120' || lpad(g::text, 12, '0') as no, 'M' || g % 1000 as mch, (g * 37 % 10000000)::numeric(18, 2) / 100 as amount,
	(array['PAID', 'REFUNDED', 'CLOSED'])[g % 3 + 1] as status, timestamptz '2026-11-20Z' + g * interval '1 ms' as paid_at, g as n from generate_series(1, 300000) g`
