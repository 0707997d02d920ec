package sdktest

import (
	"reflect"
	"slices"
	"testing"

	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/schema"
)

// settingKinds are the types that a setting, or an element of a list of them, can have.
var settingKinds = []schema.Kind{
	schema.String, schema.Integer, schema.Boolean, schema.Decimal, schema.Duration, schema.Path, schema.SQL, schema.Secret,
}

func testDescribe(t *testing.T, src sdk.Source, cases []Case) {
	d := src.Describe()
	if again := src.Describe(); !reflect.DeepEqual(d, again) {
		t.Errorf("Describe answers differently the second time: %+v, then %+v", d, again)
	}
	if d.Name == "" || d.Version == "" || d.Doc == "" {
		t.Errorf("name %q, version %q and doc %q must not be empty", d.Name, d.Version, d.Doc)
	}
	settings := map[string]schema.Setting{}
	for _, s := range d.Settings {
		if _, twice := settings[s.Name]; twice || s.Name == "" {
			t.Errorf("two settings are called %q", s.Name)
		}
		settings[s.Name] = s
		checkSetting(t, s)
	}
	for _, group := range d.OneSetting {
		for _, name := range group {
			if _, ok := settings[name]; !ok || len(group) < 2 {
				t.Errorf("OneSetting names %q: two settings or more that there are", group)
			}
		}
	}
	for _, c := range cases {
		checkConfig(t, c, settings)
	}
}

func checkSetting(t *testing.T, s schema.Setting) {
	typ := s.Type
	if typ.Kind == schema.List && typ.Elem != nil {
		typ = *typ.Elem
	}
	if !slices.Contains(settingKinds, typ.Kind) {
		t.Errorf("setting %s: no setting has type %s", s.Name, s.Type)
	}
	if len(s.OneOf) > 0 && typ.Kind != schema.String {
		t.Errorf("setting %s: only a string has OneOf", s.Name)
	}
	if s.Doc == "" {
		t.Errorf("setting %s has no doc", s.Name)
	}
}

// checkConfig finds settings in a case that a rule file could not give.
func checkConfig(t *testing.T, c Case, settings map[string]schema.Setting) {
	for name, v := range c.Config {
		s, ok := settings[name]
		switch {
		case !ok:
			t.Errorf("case %s uses the setting %s, which Describe does not have", c.Name, name)
		case v.Type.Kind != s.Type.Kind:
			t.Errorf("case %s gives the setting %s a %s, Describe says %s", c.Name, name, v.Type, s.Type)
		}
	}
	for _, s := range settings {
		if s.Required && !c.Config.Has(s.Name) && c.Setting == "" {
			t.Errorf("case %s leaves out the required setting %s", c.Name, s.Name)
		}
	}
}
