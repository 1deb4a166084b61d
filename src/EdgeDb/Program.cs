using System.Text;
using EdgeDb.Commands;

Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
return await CommandTable.RunAsync(args);
