using EdgeDb.Core.Connections;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace EdgeDb.Core.Tests.Connections;

/// <summary>Laws of shapes, over generated statements.</summary>
public sealed class QueryShapeProperties
{
    // Everything that quoting, comments and numbers mean something to.
    private static readonly Gen<string> Content = Gen.Elements(
            "a", "Z", "7", " ", "--", "/*", "*/", ";", "(", ")", ",", "$", "$$", "$t$", "?", ":x", "\"", "`", "[", "]", "\\", "\n", "ä", "🧀", "IN (", "VALUES", "select")
        .ListOf().Select(parts => string.Concat(parts.Take(8)));

    private static readonly Gen<string> Number = Gen.OneOf(
        Gen.Choose(0, 1_000_000).Select(n => n.ToString()),
        Gen.Choose(0, 1_000_000).Select(n => "-" + n),
        Gen.Elements("0.5", ".5", "5.", "1e10", "1.5E-3", "- 2", "+3", "0x1F", "1_000", "0b11", "- -4"));

    private static readonly Gen<string> Value = Gen.OneOf(
        Number,
        Content.Select(c => $"'{c.Replace("'", "''", StringComparison.Ordinal)}'"),
        Content.Select(c => $"E'{c.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal)}'"),
        Content.Where(c => !c.Contains("$q$", StringComparison.Ordinal)).Select(c => $"$q${c}$q$"),
        Gen.Elements("NULL", "true", "False", "x'00FF'", "X'00'", "b'01'", "?", "?7", "$1", "$name", ":name", "@name"));

    private static readonly Gen<string> Space = Gen.Elements(" ", "\n", "\t ", " /* note */ ", " -- note\n", " /* a /* b */ */ ");

    private static readonly Gen<string> Name = Gen.Elements("event", "start_at", "\"Order\"", "t.id", "count(*)", "`odd name`", "größe", "x$1");

    // Hash marks are places for values, tildes for space, and a list of values is marked by its item.
    private static readonly Gen<string> Template =
        from columns in Name.NonEmptyListOf()
        from table in Name
        from filter in Gen.Elements("a = #", "a IN {#}", "a IN {# :: text}", "a BETWEEN # AND #", "a - # > b", "f(#, #) <> a", "a IS NOT NULL", "(a, b) IN {(#, #)}", "a = ANY(ARRAY[#])")
        from tail in Gen.Elements("", "~ORDER BY 1", "~LIMIT #", "~UNION~SELECT #", "~FOR UPDATE", ";")
        from kind in Gen.Choose(0, 2)
        select kind switch
        {
            0 => $"SELECT~{string.Join(",~", columns.Take(4))}~FROM~{table}~WHERE~{filter}{tail}",
            1 => $"INSERT~INTO~{table}~VALUES~<(#,~#)>~RETURNING~{columns[0]}",
            _ => $"UPDATE~{table}~SET~a~=~#~WHERE~{filter}",
        };

    private static readonly Gen<(string Template, string[] Values, string[] Spaces, int Items)> Filling =
        from template in Template
        from values in Value.ArrayOf(40)
        from spaces in Space.ArrayOf(20)
        from items in Gen.Choose(1, 5)
        select (template, values, spaces, items);

    [Fact]
    public void Other_values_other_spaces_and_longer_lists_never_change_the_id() => Check(Prop.ForAll(
        (from one in Filling from values in Value.ArrayOf(40) from spaces in Space.ArrayOf(20) from items in Gen.Choose(1, 5) select (one, (one.Template, values, spaces, items))).ToArbitrary(),
        pair =>
        {
            var (one, other) = (Fill(pair.one), Fill(pair.Item2));
            var (first, second) = (QueryShapes.Of(one), QueryShapes.Of(other));
            Assert.True(first.Id == second.Id, $"{one}\n{other}\n{first.Text}\n{second.Text}");
            Assert.Equal(first.Class, second.Class);
        }));

    [Fact]
    public void A_shape_is_its_own_shape() => Check(Prop.ForAll(Filling.ToArbitrary(), filling =>
    {
        var shape = QueryShapes.Of(Fill(filling));
        Assert.Equal(shape.Text, QueryShapes.Of(shape.Text).Text);
    }));

    [Fact]
    public void Other_templates_are_other_shapes() => Check(Prop.ForAll(
        (from one in Filling from other in Filling select (one, other)).ToArbitrary(),
        pair =>
        {
            var values = Enumerable.Repeat("?", 40).ToArray();
            var spaces = Enumerable.Repeat(" ", 20).ToArray();
            var (one, other) = (Fill((pair.one.Template, values, spaces, 1)).TrimEnd(';'), Fill((pair.other.Template, values, spaces, 1)).TrimEnd(';'));
            Assert.Equal(one == other, QueryShapes.Of(Fill(pair.one)).Id == QueryShapes.Of(Fill(pair.other)).Id);
        }));

    [Fact]
    public void Any_text_has_a_shape_of_bounded_length() => Check(Prop.ForAll(Content.ListOf().Select(string.Concat).ToArbitrary(), text =>
    {
        var shape = QueryShapes.Of(text);
        Assert.InRange(shape.Text.Length, 0, Math.Min(QueryShapes.MaxTextLength, (2 * text.Length) + 16));
        Assert.Equal(shape.Id, QueryShapes.Of(string.Concat(text, " ")).Id);
    }));

    /// <summary>Puts values and spaces into their places; a list gets as many items as wanted.</summary>
    private static string Fill((string Template, string[] Values, string[] Spaces, int Items) filling)
    {
        var (template, values, spaces, items) = filling;
        var text = new System.Text.StringBuilder();
        var (value, space) = (0, 0);
        for (var at = 0; at < template.Length; at++)
        {
            switch (template[at])
            {
                case '#':
                    Append("#");
                    break;
                case '~':
                    Append("~");
                    break;
                // In braces the item of a list in parentheses; in angles a list without them. An angle alone is an operator.
                case '{' or '<' when template.IndexOf(template[at] == '{' ? '}' : ')', at) is var end && (template[at] == '{' || template[at + 1] == '('):
                    var item = template[(at + 1)..(template[at] == '{' ? end : end + 1)];
                    Append((template[at] == '{' ? "(" : "") + string.Join(", ", Enumerable.Repeat(item, items)) + (template[at] == '{' ? ")" : ""));
                    at = template[at] == '{' ? end : end + 1;
                    break;
                default:
                    text.Append(template[at]);
                    break;
            }
        }
        return text.ToString();

        void Append(string part)
        {
            foreach (var c in part)
                text.Append(c switch { '#' => values[value++ % values.Length], '~' => spaces[space++ % spaces.Length], _ => c.ToString() });
        }
    }

    private static void Check(Property property) => FsCheck.Check.One(Config.QuickThrowOnFailure.WithMaxTest(2000).WithQuietOnSuccess(true), property);
}
