using System.Xml;
using Lamina.Server.Wire.Query;
using Lamina.Stacks.Engine;

namespace Lamina.Server.Operations.CloudFormation;

/// <summary>What a template declares, as GetTemplateSummary and ValidateTemplate write it.</summary>
internal static class TemplateXml
{
    /// <param name="withTypes">ValidateTemplate leaves out types and constraints.</param>
    public static void WriteDeclarations(XmlWriter xml, TemplateSummary summary, bool withTypes)
    {
        xml.List("Parameters", summary.Parameters, parameter =>
        {
            xml.Element("ParameterKey", parameter.Name);
            xml.Element("DefaultValue", parameter.Default);
            xml.Element("NoEcho", parameter.NoEcho);
            xml.Element("Description", parameter.Description);
            if (withTypes)
            {
                xml.Element("ParameterType", parameter.Type);
                xml.Structure("ParameterConstraints", () => xml.Texts("AllowedValues", parameter.AllowedValues));
            }
        });
        xml.Element("Description", summary.Description);
        xml.Texts("Capabilities", summary.Capabilities);
        xml.Element("CapabilitiesReason", summary.CapabilitiesReason);
    }
}
