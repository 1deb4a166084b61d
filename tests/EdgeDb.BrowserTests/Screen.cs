using Microsoft.Playwright;

namespace EdgeDb.BrowserTests;

/// <summary>What the household looks at.</summary>
public sealed record Screen(string Name, int Width, int Height)
{
    public static readonly Screen Phone = new("phone", 360, 740);
    public static readonly Screen Tablet = new("tablet", 768, 1024);
    public static readonly Screen Laptop = new("laptop", 1280, 800);
    public static readonly Screen Wall = new("wall", 1920, 1080);

    public static readonly IReadOnlyList<Screen> All = [Phone, Tablet, Laptop, Wall];

    public ViewportSize Viewport => new() { Width = Width, Height = Height };

    public static Screen Named(string name) => All.Single(screen => screen.Name == name);
}
