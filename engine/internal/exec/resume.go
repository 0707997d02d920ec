package exec

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/recon-lang/recon/engine/internal/column"
	"github.com/recon-lang/recon/engine/internal/match"
)

// Kept is what a killed run left for another. It is taken by OpenKept, and belongs to nobody else until it is left or a run has it.
type Kept struct {
	Header
	Seconds float64 // that the killed run had taken when it kept something last

	dir   *column.Dir
	bits  uint
	sides map[int]*keptSide
	read  *keptRead
	parts map[int]*keptPart
}

// Resumed says what of a killed run was of use.
type Resumed struct {
	Sides        []string // that were read, and are not read again
	Damaged      []string // sides that were read, and are read again, because a file is not as it was written
	Parts, Total int      // of the parts of the rows those that were matched, and are not matched again
}

// KeptHeader is whose the things in a folder are that column.KeptDirs found.
func KeptHeader(path string) (Header, error) {
	records, err := column.ReadJournal(path)
	if err != nil {
		return Header{}, err
	}
	var first record
	if len(records) > 0 {
		err = json.Unmarshal(records[0], &first)
	}
	if err != nil || first.Run == nil {
		return Header{}, fmt.Errorf("%s: its journal is damaged", path)
	}
	return first.Run.Header, nil
}

// SweepDirs removes what killed runs left in a folder, but what keep says is kept for a run to go on with.
func SweepDirs(folder string, keep func(Header) bool) error {
	return column.SweepDirs(folder, alive, func(path string) bool {
		h, err := KeptHeader(path)
		return err == nil && keep(h)
	})
}

// Left reports whether the process whose things are in a folder is gone, and no other has taken them.
func Left(path string) bool {
	dir, ok, err := column.OpenDir(path)
	if !ok || err != nil {
		return false
	}
	dir.Leave()
	return true
}

// OpenKept takes what a killed run left in a folder; nil if its process lives, or another one has taken it.
func OpenKept(path string) (*Kept, error) {
	dir, ok, err := column.OpenDir(path)
	if err != nil || !ok {
		return nil, err
	}
	k := &Kept{dir: dir, sides: map[int]*keptSide{}, parts: map[int]*keptPart{}}
	records, err := column.ReadJournal(path)
	for _, text := range records {
		var r record
		if err := json.Unmarshal(text, &r); err != nil {
			k.Leave()
			return nil, fmt.Errorf("%s: read its journal: %w", path, err)
		}
		k.Seconds = r.Seconds
		switch {
		case r.Run != nil:
			k.Header, k.bits = r.Run.Header, r.Run.Bits
		case r.Side != nil:
			k.sides[r.Side.Index] = r.Side
		case r.Read != nil:
			k.read = r.Read
		case r.Part != nil:
			k.parts[r.Part.Index] = r.Part
		}
	}
	if err == nil && (k.Run == "" || k.bits == 0 || k.bits > 16) {
		err = fmt.Errorf("%s: its journal is damaged", path)
	}
	if err != nil {
		k.Leave()
		return nil, err
	}
	return k, nil
}

// Leave leaves it to another run.
func (k *Kept) Leave() { k.dir.Leave() }

// Remove removes it.
func (k *Kept) Remove() error { return k.dir.Close() }

// kept is a partition that a killed run matched.
type kept struct {
	*keptPart
	segment segment
}

// restore has what a killed run finished, as far as it is as it was written, and removes the rest.
func (r *run) restore(store *column.Store, readers []*reader) error {
	from := r.env.Kept
	if from == nil {
		return nil
	}
	var info Resumed
	info.Total = store.Partitions()
	r.kept = make([]bool, len(readers))
	sides := r.keptSides(len(readers))
	for {
		if len(sides) == len(readers) {
			r.restoreParts(store.Partitions())
		}
		damaged, err := r.verify(sides, store.Partitions())
		if err != nil {
			return err
		}
		if len(damaged) == 0 {
			break
		}
		r.dropParts() // they were matched with rows that are going to be read again
		for _, side := range damaged {
			info.Damaged = append(info.Damaged, readers[side].name)
			delete(sides, side)
		}
		if from.read != nil { // what was kept of the others depends on it
			from.read, sides = nil, map[int]*keptSide{}
		}
	}
	for _, side := range slices.Sorted(maps.Keys(sides)) {
		k := sides[side]
		if len(r.parts) < store.Partitions() {
			if err := store.Restore(side, k.Rows, r.unmatched); err != nil {
				return err
			}
		}
		readers[side].total, readers[side].sums = k.Read, k.Sums
		r.kept[side] = true
		info.Sides = append(info.Sides, readers[side].name)
	}
	if from.read != nil && r.hasAll() {
		r.out.Counts.Add(from.read.Counts)
		r.out.Done.Add(from.read.Done)
		r.out.Pruned, r.out.Pushed = from.read.Pruned, from.read.Pushed
	}
	info.Parts = len(r.parts)
	if err := r.keepAgain(sides); err != nil {
		return err
	}
	if r.env.Resumed != nil {
		r.env.Resumed(info)
	}
	return nil
}

// hasAll reports whether a killed run has read all sides.
func (r *run) hasAll() bool { return r.kept != nil && !slices.Contains(r.kept, false) }

func (r *run) unmatched(partition int) bool {
	_, matched := r.parts[partition]
	return !matched
}

// keptSides are the sides that were kept, if they can be of this run.
func (r *run) keptSides(readers int) map[int]*keptSide {
	from := r.env.Kept
	sums := match.NewSums(readers, len(r.plan.Rule.Compare))
	sides := map[int]*keptSide{}
	add := func(k *keptSide) {
		if k.Index >= 0 && k.Index < readers && k.Sums.Fits(sums) {
			sides[k.Index] = k
		}
	}
	if from.read == nil {
		for _, k := range from.sides {
			add(k)
		}
		return sides
	}
	for i := range from.read.Sides {
		add(&from.read.Sides[i])
	}
	if len(sides) < readers || !from.read.Counts.Fits(r.out.Counts) || !from.read.Done.Fits(r.out.Done) {
		from.read, sides = nil, map[int]*keptSide{}
	}
	return sides
}

// restoreParts has the partitions that were matched and whose rows without a partner are as they were written.
func (r *run) restoreParts(partitions int) {
	if r.parts != nil {
		return
	}
	r.parts = map[int]kept{}
	spools := map[string]*column.Spool{}
	for i, k := range r.env.Kept.parts {
		if i < 0 || i >= partitions || !k.Counts.Fits(r.out.Counts) || !k.Done.Fits(r.out.Done) {
			continue
		}
		spool := spools[k.Rows.File]
		if spool == nil {
			var err error
			if spool, err = column.RestoreSpool(r.dir, k.Rows.File); err != nil {
				continue
			}
			spools[k.Rows.File] = spool
			r.out.spools = append(r.out.spools, spool)
		}
		if spool.Verify(k.Rows) == nil {
			r.parts[i] = kept{k, segment{spool, k.Rows.From, k.Rows.To}}
		}
	}
}

// dropParts makes all partitions be matched again.
func (r *run) dropParts() {
	r.parts = map[int]kept{}
	for _, s := range r.out.spools {
		s.Close()
	}
	r.out.spools = nil
}

// verify finds the sides whose rows, as far as they are still needed, are not as they were written.
func (r *run) verify(sides map[int]*keptSide, partitions int) (damaged []int, err error) {
	if len(r.parts) == partitions {
		return nil, nil
	}
	for _, side := range slices.Sorted(maps.Keys(sides)) {
		err := r.dir.Verify(sides[side].Rows, partitions, r.unmatched)
		if errors.Is(err, column.ErrDamaged) {
			damaged = append(damaged, side)
		} else if err != nil {
			return nil, fmt.Errorf("read what a killed run left: %w", err)
		}
	}
	return damaged, nil
}

// keepAgain makes the journal one of what is of use, and removes all other files.
func (r *run) keepAgain(sides map[int]*keptSide) error {
	from := r.env.Kept
	names := map[string]bool{}
	var list []record
	if from.read != nil {
		list = append(list, record{Read: from.read})
	}
	for _, side := range slices.Sorted(maps.Keys(sides)) {
		for _, name := range sides[side].Rows.Names() {
			names[name] = true
		}
		if from.read == nil {
			list = append(list, record{Side: sides[side]})
		}
	}
	for _, i := range slices.Sorted(maps.Keys(r.parts)) {
		names[r.parts[i].Rows.File] = true
		list = append(list, record{Part: r.parts[i].keptPart})
	}
	if k := r.keeper; k != nil {
		texts := [][]byte{k.header()}
		for _, one := range list {
			one.Seconds = from.Seconds
			text, err := json.Marshal(one)
			if err != nil {
				panic(err) // plain data
			}
			texts = append(texts, text)
		}
		copy(k.read, r.kept)
		copy(k.kept, r.kept)
		if k.started = r.dir.StartJournal(texts) == nil; !k.started {
			r.keeper = nil
		}
	}
	return r.dir.RemoveOthers(names)
}
