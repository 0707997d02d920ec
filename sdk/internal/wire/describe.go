package wire

import (
	"errors"
	"fmt"

	"google.golang.org/protobuf/proto"

	"github.com/recon-lang/recon/sdk/schema"
)

// MarshalDescription is a description as bytes, for a cache.
func MarshalDescription(o Offer) ([]byte, error) {
	return proto.MarshalOptions{Deterministic: true}.Marshal(descriptionToWire(o))
}

// UnmarshalDescription is the description that MarshalDescription wrote.
func UnmarshalDescription(data []byte) (Offer, error) {
	var w Description
	if err := proto.Unmarshal(data, &w); err != nil {
		return Offer{}, fmt.Errorf("read description: %w", err)
	}
	return descriptionFromWire(&w)
}

func descriptionToWire(o Offer) *Description {
	w := &Description{}
	if s := o.Source; s != nil {
		w = sourceToWire(*s)
	}
	if a := o.Action; a != nil {
		w.Action = &ActionShape{Version: a.Version, Doc: a.Doc, Settings: settingsToWire(a.Settings), Fields: settingsToWire(a.Fields), PerBreak: a.PerBreak}
		if o.Source == nil {
			w.Name, w.Version, w.Doc, w.OnlyAction = a.Name, a.Version, a.Doc, true
		}
	}
	return w
}

func descriptionFromWire(w *Description) (o Offer, err error) {
	if !w.GetOnlyAction() {
		s, err := sourceFromWire(w)
		if err != nil {
			return o, err
		}
		o.Source = &s
	}
	shape := w.GetAction()
	if shape == nil {
		if o.Source == nil {
			return o, errors.New("it offers nothing")
		}
		return o, nil
	}
	a := schema.Action{Name: w.GetName(), Version: shape.GetVersion(), Doc: shape.GetDoc(), PerBreak: shape.GetPerBreak()}
	if a.Settings, err = settingsFromWire(shape.GetSettings()); err != nil {
		return o, err
	}
	if a.Fields, err = settingsFromWire(shape.GetFields()); err != nil {
		return o, fmt.Errorf("field: %w", err)
	}
	o.Action = &a
	return o, nil
}

func sourceToWire(s schema.Source) *Description {
	w := &Description{Name: s.Name, Version: s.Version, Doc: s.Doc, Settings: settingsToWire(s.Settings), Abilities: &Abilities{
		Typed: s.Abilities.Typed, Conditions: s.Abilities.Conditions, Order: s.Abilities.Order, Lookup: s.Abilities.Lookup,
		Changes: s.Abilities.Changes, Checksum: s.Abilities.Checksum, Partitions: s.Abilities.Partitions,
	}}
	for _, group := range s.OneSetting {
		w.OneSetting = append(w.OneSetting, &OneSetting{Settings: group})
	}
	return w
}

func sourceFromWire(w *Description) (s schema.Source, err error) {
	a := w.GetAbilities()
	s = schema.Source{Name: w.GetName(), Version: w.GetVersion(), Doc: w.GetDoc(), Abilities: schema.Abilities{
		Typed: a.GetTyped(), Conditions: a.GetConditions(), Order: a.GetOrder(), Lookup: a.GetLookup(),
		Changes: a.GetChanges(), Checksum: a.GetChecksum(), Partitions: a.GetPartitions(),
	}}
	if s.Settings, err = settingsFromWire(w.GetSettings()); err != nil {
		return s, err
	}
	for _, group := range w.GetOneSetting() {
		s.OneSetting = append(s.OneSetting, group.GetSettings())
	}
	return s, nil
}

func settingsToWire(settings []schema.Setting) []*SettingShape {
	var w []*SettingShape
	for _, set := range settings {
		w = append(w, &SettingShape{
			Name: set.Name, Type: typeToWire(set.Type), Required: set.Required, OneOf: set.OneOf,
			Default: set.Default, Doc: set.Doc, Example: set.Example,
		})
	}
	return w
}

func settingsFromWire(w []*SettingShape) ([]schema.Setting, error) {
	var settings []schema.Setting
	for _, set := range w {
		t, err := typeFromWire(set.GetType())
		if err != nil {
			return nil, fmt.Errorf("setting %q: %w", set.GetName(), err)
		}
		settings = append(settings, schema.Setting{
			Name: set.GetName(), Type: t, Required: set.GetRequired(), OneOf: set.GetOneOf(),
			Default: set.GetDefault(), Doc: set.GetDoc(), Example: set.GetExample(),
		})
	}
	return settings, nil
}

func taskToWire(t Task) *DoRequest {
	return &DoRequest{
		Id: t.ID, Config: configToWire(t.Config), Fields: configToWire(t.Fields), Columns: configToWire(t.Columns), Dir: t.Dir, Message: t.Message,
	}
}

func taskFromWire(w *DoRequest) (t Task, err error) {
	t = Task{ID: w.GetId(), Dir: w.GetDir(), Message: w.GetMessage()}
	if t.Config, err = configFromWire(w.GetConfig()); err != nil {
		return t, err
	}
	if t.Fields, err = configFromWire(w.GetFields()); err != nil {
		return t, err
	}
	if len(w.GetColumns()) > 0 {
		t.Columns, err = configFromWire(w.GetColumns())
	}
	return t, err
}

func claimsFromWire(w *ClaimReply, conditions int) (Claims, error) {
	if n := len(w.GetWhere()); n != 0 && n != conditions {
		return Claims{}, fmt.Errorf("the plugin answered %d claims to %d conditions", n, conditions)
	}
	claims := Claims{Ordered: w.GetOrdered(), Database: w.GetDatabase(), Costly: w.GetCostly()}
	for _, c := range w.GetWhere() {
		if c < ClaimKind_NONE || c > ClaimKind_EXACT {
			return Claims{}, fmt.Errorf("the plugin answered a claim of number %d", c)
		}
		claims.Where = append(claims.Where, schema.Claim(c))
	}
	return claims, nil
}
