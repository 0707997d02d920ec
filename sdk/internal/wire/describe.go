package wire

import (
	"fmt"

	"google.golang.org/protobuf/proto"

	"github.com/recon-lang/recon/sdk/schema"
)

// MarshalDescription is a description as bytes, for a cache.
func MarshalDescription(s schema.Source) ([]byte, error) {
	return proto.MarshalOptions{Deterministic: true}.Marshal(descriptionToWire(s))
}

// UnmarshalDescription is the description that MarshalDescription wrote.
func UnmarshalDescription(data []byte) (schema.Source, error) {
	var w Description
	if err := proto.Unmarshal(data, &w); err != nil {
		return schema.Source{}, fmt.Errorf("read description: %w", err)
	}
	return descriptionFromWire(&w)
}

func descriptionToWire(s schema.Source) *Description {
	w := &Description{Name: s.Name, Version: s.Version, Doc: s.Doc, Abilities: &Abilities{
		Typed: s.Abilities.Typed, Conditions: s.Abilities.Conditions, Order: s.Abilities.Order, Lookup: s.Abilities.Lookup,
		Changes: s.Abilities.Changes, Checksum: s.Abilities.Checksum, Partitions: s.Abilities.Partitions,
	}}
	for _, set := range s.Settings {
		w.Settings = append(w.Settings, &SettingShape{
			Name: set.Name, Type: typeToWire(set.Type), Required: set.Required, OneOf: set.OneOf,
			Default: set.Default, Doc: set.Doc, Example: set.Example,
		})
	}
	for _, group := range s.OneSetting {
		w.OneSetting = append(w.OneSetting, &OneSetting{Settings: group})
	}
	return w
}

func descriptionFromWire(w *Description) (schema.Source, error) {
	a := w.GetAbilities()
	s := schema.Source{Name: w.GetName(), Version: w.GetVersion(), Doc: w.GetDoc(), Abilities: schema.Abilities{
		Typed: a.GetTyped(), Conditions: a.GetConditions(), Order: a.GetOrder(), Lookup: a.GetLookup(),
		Changes: a.GetChanges(), Checksum: a.GetChecksum(), Partitions: a.GetPartitions(),
	}}
	for _, set := range w.GetSettings() {
		t, err := typeFromWire(set.GetType())
		if err != nil {
			return s, fmt.Errorf("setting %q: %w", set.GetName(), err)
		}
		s.Settings = append(s.Settings, schema.Setting{
			Name: set.GetName(), Type: t, Required: set.GetRequired(), OneOf: set.GetOneOf(),
			Default: set.GetDefault(), Doc: set.GetDoc(), Example: set.GetExample(),
		})
	}
	for _, group := range w.GetOneSetting() {
		s.OneSetting = append(s.OneSetting, group.GetSettings())
	}
	return s, nil
}

func claimsFromWire(w *ClaimReply, conditions int) ([]schema.Claim, bool, error) {
	if n := len(w.GetWhere()); n != 0 && n != conditions {
		return nil, false, fmt.Errorf("the plugin answered %d claims to %d conditions", n, conditions)
	}
	var claims []schema.Claim
	for _, c := range w.GetWhere() {
		if c < ClaimKind_NONE || c > ClaimKind_EXACT {
			return nil, false, fmt.Errorf("the plugin answered a claim of number %d", c)
		}
		claims = append(claims, schema.Claim(c))
	}
	return claims, w.GetOrdered(), nil
}
