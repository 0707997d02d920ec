package main

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// truth is what a run over generated files must find.
type truth struct {
	missingLeft, missingRight, amount, status, duplicateLeft, duplicateRight int64
}

// kinds of orders, by how the right file differs.
const (
	same = iota
	onlyLeft
	onlyRight
	amountOff
	statusOff
	twiceLeft
	twiceRight
)

// generate writes left.csv and right.csv of n orders with eight columns each into dir, unless they
// are there. A fraction of all orders differs: one in a thousand is missing on either side
// or has another amount, one in two thousand another status, one in twenty thousand stands twice. With half, every second order
// has another amount. Sorted files are in the order of the key.
func generate(dir string, n int, sorted, half bool) (truth, error) {
	kind := make([]uint8, n)
	rng := rand.New(rand.NewPCG(7, uint64(n)))
	mark := func(k uint8, count int) int64 {
		for left := count; left > 0; {
			if i := rng.IntN(n); kind[i] == same {
				kind[i] = k
				left--
			}
		}
		return int64(count)
	}
	want := truth{
		missingRight:   mark(onlyLeft, n/1000),
		missingLeft:    mark(onlyRight, n/1000),
		amount:         mark(amountOff, n/1000),
		status:         mark(statusOff, n/2000),
		duplicateLeft:  mark(twiceLeft, n/20000),
		duplicateRight: mark(twiceRight, n/20000),
	}
	if half {
		for i := range kind {
			if i%2 == 0 && kind[i] == same {
				kind[i] = amountOff
				want.amount++
			}
		}
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return want, err
	}
	for side, name := range []string{"left.csv", "right.csv"} {
		path := filepath.Join(dir, name)
		if _, err := os.Stat(path); err == nil {
			continue
		}
		if err := writeSide(path, side, kind, sorted, rng); err != nil {
			return want, fmt.Errorf("generate %s: %w", path, err)
		}
	}
	return want, nil
}

func writeSide(path string, side int, kind []uint8, sorted bool, rng *rand.Rand) error {
	order := make([]int32, 0, len(kind))
	absent, twice := uint8(onlyRight), uint8(twiceLeft)
	if side == 1 {
		absent, twice = onlyLeft, twiceRight
	}
	for i, k := range kind {
		if k == absent {
			continue
		}
		order = append(order, int32(i))
		if k == twice {
			order = append(order, int32(i))
		}
	}
	if !sorted {
		rng.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
	}
	temporary := path + ".part"
	f, err := os.Create(temporary)
	if err != nil {
		return err
	}
	defer f.Close()
	w := bufio.NewWriterSize(f, 1<<20)
	w.WriteString("order_id,user_id,amount,fee,currency,status,created_at,note\n")
	var line []byte
	for _, i := range order {
		line = appendRow(line[:0], uint64(i), side == 1 && kind[i] == amountOff, side == 1 && kind[i] == statusOff)
		if _, err := w.Write(line); err != nil {
			return err
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return os.Rename(temporary, path)
}

var (
	currencies = []string{"USD", "EUR", "GBP", "JPY", "CHF"}
	statuses   = []string{"PAID", "PENDING", "FAILED", "REFUNDED"}
)

// appendRow writes the order i; everything about it follows from i.
func appendRow(line []byte, i uint64, amountOff, statusOff bool) []byte {
	var seed [8]byte
	binary.LittleEndian.PutUint64(seed[:], i)
	h := fnv.New128a()
	h.Write(seed[:])
	sum := h.Sum(nil)
	a, b := binary.LittleEndian.Uint64(sum), binary.LittleEndian.Uint64(sum[8:])
	line = fmt.Appendf(line, "ORD-%012d,%d,", i*7+1, a%5_000_000+1)
	cents := int64(a>>20%10_000_000) + 1
	if amountOff {
		cents++
	}
	line = appendDecimal(line, cents, 100, 2)
	line = append(line, ',')
	line = appendDecimal(line, int64(b%1_000_000), 10_000, 4)
	state := b >> 20 % 4
	if statusOff {
		state = (state + 1) % 4
	}
	line = append(append(line, ','), currencies[b>>30%5]...)
	line = append(append(line, ','), statuses[state]...)
	line = append(line, ',')
	line = time.Unix(1_700_000_000+int64(b>>33%60_000_000), 0).UTC().AppendFormat(line, time.RFC3339)
	line = append(line, ',')
	note := "paid by card " + strconv.FormatUint(a>>40, 36)
	if a%33 == 0 { // some notes need quotes
		note = `"paid by card, ""` + strconv.FormatUint(a>>40, 36) + `"""`
	}
	return append(append(line, note...), '\n')
}

func appendDecimal(line []byte, coefficient, unit int64, decimals int) []byte {
	line = strconv.AppendInt(line, coefficient/unit, 10)
	return fmt.Appendf(line, ".%0*d", decimals, coefficient%unit)
}
