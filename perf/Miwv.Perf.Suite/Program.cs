using System.Globalization;
using Miwv.Data;
using Miwv.Perf.Suite;
using Miwv.Perf.Suite.Growth;
using Miwv.Perf.Suite.Measuring;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
try
{
    if (args is not ["growth"]) return SuiteRun.Run(SuiteOptions.Parse(args));
    GrowthRun.Run();
    return 0;
}
catch (UserException e)
{
    Console.Error.WriteLine(e.Message);
    return 2;
}
finally
{
    Scratch.Delete();
}
