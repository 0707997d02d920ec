package csv

import (
	"context"
	"os"
	"runtime"
	"sync"

	"github.com/recon-lang/recon/sdk/batch"
)

const (
	// splitBlocks is how many blocks a file must have to be split, and how many of them are one when it is: what is filled at a time then has about the rows of a batch.
	splitBlocks = 4
	// mostFillers fill as fast as one goroutine can cut text into rows and emit batches.
	mostFillers = 4
)

// fillers is how many goroutines turn the rows of one file into batches: half the processors, because the other side's plugin and the host want the rest.
func fillers() int { return min(runtime.GOMAXPROCS(0)/2, mostFillers) }

// split reports whether reading a file is worth several goroutines.
func (s source) split(path string) bool {
	if s.fillers < 2 {
		return false
	}
	info, err := os.Stat(path)
	return err == nil && info.Size() >= int64(splitBlocks*s.block)
}

// piece is rows that one goroutine turns into batches while others do the same with those before and after it.
type piece struct {
	x     *index        // of its rows alone
	first int64         // number of its first row in the file
	block *lent         // holds the text; nil if x has a copy
	turn  chan struct{} // closed when the pieces before have been emitted
	done  chan struct{} // closed when this one has
}

// splitter reads one file with several goroutines. Where a row ends is found by one of them, because each quote bears on what follows; that takes a fourth of the time.
// Batches are emitted one at a time in the order of the rows, and of several faults the first one counts, as if there was only one goroutine.
type splitter struct {
	pieces chan *piece
	places chan []uint32 // of pieces that are done, to be used again
	cancel context.CancelFunc
	failed error // of the first piece that failed; whose turn it is may read and set it
}

// readSplit emits the rows of x, which it takes from t.
func (s source) readSplit(ctx context.Context, file file, x *index, f *filler) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	p := &splitter{pieces: make(chan *piece), places: make(chan []uint32, s.fillers), cancel: cancel}
	var fillers sync.WaitGroup
	for range s.fillers {
		own := newFiller(f.req, f.o, f.loc, f.emit)
		if err := own.begin(file, x.h); err != nil {
			return err
		}
		fillers.Go(func() { p.fill(own) })
	}
	err := p.cut(ctx, x)
	close(p.pieces)
	fillers.Wait()
	if p.failed != nil {
		return p.failed
	}
	return err
}

// cut hands the rows of x over, a piece at a time.
func (p *splitter) cut(ctx context.Context, x *index) error {
	turn := make(chan struct{})
	close(turn)
	for first := int64(1); ; {
		select {
		case x.scanner.pos = <-p.places:
		default:
		}
		more, err := x.next()
		if err != nil || !more {
			return err
		}
		next := &piece{first: first, turn: turn, done: make(chan struct{})}
		next.x, next.block = x.takeRows()
		first += int64(next.x.rows)
		turn = next.done
		select {
		case p.pieces <- next:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// fill turns pieces into batches until there are no more.
func (p *splitter) fill(f *filler) {
	emit := f.emit
	for next := range p.pieces {
		f.emit = func(b *batch.Batch) error {
			<-next.turn
			if p.failed != nil {
				return p.failed
			}
			return emit(b)
		}
		f.next = next.first
		err := f.add(next.x)
		if err == nil {
			err = f.flush()
		}
		<-next.turn
		if err != nil && p.failed == nil {
			p.failed = err
			p.cancel()
		}
		close(next.done)
		next.block.release()
		select {
		case p.places <- next.x.pos:
		default:
		}
	}
}

// takeRows takes the rows from x, with all that is needed to read them while x goes on.
func (x *index) takeRows() (*index, *lent) {
	t := x.t
	at := &stream{path: t.path, ctx: t.ctx, buf: t.buf, off: t.off, end: t.end, line: t.line} // what lines are counted in
	rows := &index{t: at, o: x.o, h: x.h, badRows: x.badRows, buf: x.buf, pos: x.pos, rows: x.rows, lines: x.lines, bad: x.bad}
	x.bad = nil
	if x.lines != nil { // a copy of the text
		x.copied, x.places, x.lines = nil, nil, nil
		return rows, nil
	}
	x.scanner.pos = nil
	return rows, t.lent.hold()
}
