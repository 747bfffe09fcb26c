"""Files as partners have them in hand, small and with invented names, by what wrote them.

Each is the text, its encoding and the ending of its name. Headings are those of the tools.
"""

from __future__ import annotations

from dataclasses import dataclass

FABRIKAM = "3f2a91c0-1111-4222-8333-444455556666"
TAILSPIN = "3f2a91c0-1111-4222-8333-444455556667"
RELATIONSHIP = "5e5594d3-6f82-458b-b567-77db4811f0cd-3f2a91c0-1111-4222-8333-444455556600"


@dataclass(frozen=True)
class FieldFile:
    """A file of the field."""

    text: str
    codec: str = "utf-8"
    ending: str = "csv"


COUNTRY_NAMES = FieldFile(f"""\
Customer name,Tenant ID,Domain,Relationship type,Country/region,Account type
"Fabrikam Labs",{FABRIKAM},fabrikamlabs.onmicrosoft.com,"Direct reseller",United States,Commercial
"Tailspin Toys",{TAILSPIN},tailspin.onmicrosoft.com,"Cloud Reseller",Germany,Commercial
""")
WINDOWS_1252 = FieldFile(f"""\
sep=;
Microsoft-ID;Firmenname;Primärer Domänenname;Beziehung
"{FABRIKAM}";"Müller; Söhne";"mueller.onmicrosoft.com";"Handelspartner"
""", "cp1252")  # fmt: skip
PORTAL_CHINESE = FieldFile(f"""\
Microsoft ID,公司名称,主域名,关系,标签
{FABRIKAM},北京康托索科技有限公司,contoso.partner.onmschina.cn,云经销商,重点
""", "gb18030")  # fmt: skip
PORTAL_JAPANESE = FieldFile(f"""\
Microsoft ID,会社名,プライマリ ドメイン名,関係
{FABRIKAM},株式会社コントソ,contoso.onmicrosoft.com,クラウド リセラー
""", "cp932")  # fmt: skip
POWERSHELL = FieldFile(f"""\
#TYPE Microsoft.Store.PartnerCenter.PowerShell.Models.Customers.PSCustomer
"AllowDelegatedAccess","AssociatedPartnerId","BillingProfile","CommerceId","CustomerId","Domain",\
"Name","RelationshipToPartner","UserCredentials"
,,,,"{FABRIKAM}","wing.onmicrosoft.com","Wingtip Toys","Reseller",
""")
MSONLINE = FieldFile(f"""\
#TYPE Microsoft.Online.Administration.PartnerContract
"ExtensionData","ContractType","DefaultDomainName","Name","ObjectId","PartnerContext","TenantId"
"X","SupportPartnerContract","fabrikamlabs.onmicrosoft.com","Fabrikam Labs","{TAILSPIN}","",\
"{FABRIKAM}"
""", "utf-16")  # fmt: skip
GRAPH_CONTRACTS = FieldFile(f"""\
"DisplayName","DefaultDomainName","TenantId"
"Fabrikam Labs","fabrikamlabs.onmicrosoft.com","{FABRIKAM}"
""", "utf-8-sig")  # fmt: skip
CIPP = FieldFile(f"""\
"displayName","defaultDomainName","customerId","Relationship Type","Excluded","Exclude Date"
"Fabrikam Labs","fabrikamlabs.onmicrosoft.com","{FABRIKAM}","GDAP & DAP","false",""
""")
API_CUSTOMERS = FieldFile(
    f'[{{"id":"{FABRIKAM}","companyProfile":{{"tenantId":"{FABRIKAM}","domain":'
    '"graphics.onmicrosoft.com","companyName":"Graphic Design Institute"},'
    '"relationshipToPartner":"reseller"}]',
    ending="json",
)
TITLED = FieldFile(f"""\
Customer list of Contoso, Ltd.
Exported on 2026-11-29

Microsoft ID;Company name;Primary domain name
{{{FABRIKAM.upper()}}};Fabrikam Labs;fabrikamlabs.onmicrosoft.com

Total;1;
""")
PORTAL_DELEGATED_ADMIN = FieldFile(f"""\
"Customer name","Tenant ID","GDAP relationship name","Status","Start date","End date",\
"Duration (days)","Auto extend","Microsoft Entra roles"
"Fabrikam Labs","{FABRIKAM}","Fabrikam_GDAP_1","Active","11/15/2025","11/14/2027","730","No",\
"Helpdesk Administrator; User Administrator"
"Tailspin Toys","{TAILSPIN}","MLT_Tailspin","Active","2025-11-15T00:00:00Z",\
"2026-12-14T00:00:00Z","365","Yes","Directory Readers"
""")
GRAPH_DELEGATED_ADMIN = FieldFile(
    '{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata","value":[{"id":'
    f'"{RELATIONSHIP}","displayName":"Fabrikam support","duration":"P730D","customer":'
    f'{{"tenantId":"{FABRIKAM}","displayName":"Fabrikam Labs"}},"accessDetails":{{"unifiedRoles":'
    '[{"roleDefinitionId":"29232cdf-9323-42fd-ade2-1d097af3e4de"}]},"status":"active",'
    '"autoExtendDuration":"PT0S","activatedDateTime":"2025-11-15T10:00:00Z",'
    '"endDateTime":"2027-11-15T10:00:00Z"}]}',
    ending="json",
)
SCRIPTED_DELEGATED_ADMIN = FieldFile(f"""\
"CustomerId","DisplayName","RelationshipId","Status","StartDate","EndDate","AutoExtend"
"{FABRIKAM}","Fabrikam support","{RELATIONSHIP}","active","11/15/2025 10:00:00",\
"11/15/2027 10:00:00","False"
""")
ROLE_ASSIGNMENTS = FieldFile(f"""\
CustomerTenantId,CustomerName,RelationshipName,RelationshipId,RoleName,RoleId,Status
{FABRIKAM},Fabrikam Labs,Fabrikam support,{RELATIONSHIP},Helpdesk Administrator,x,active
""")
API_RESELLERS = FieldFile(
    f'{{"totalCount":1,"items":[{{"id":"{TAILSPIN}","location":"US","mpnId":"4847383","name":'
    '"Relecloud","relationshipType":"is_indirect_cloud_solution_provider_of","state":"Active",'
    '"attributes":{"objectType":"PartnerRelationship"}}]}',
    ending="json",
)
INVITED = FieldFile("""\
Firma;Gesendet am;Status;E-Mail
Contoso AG;15.03.2026;Angenommen;a@contoso.example
Müller GmbH;03.04.2026;Offen;b@mueller.example
""", "cp1252")  # fmt: skip
RECONCILIATION = FieldFile(f"""\
PartnerId,CustomerId,CustomerName,CustomerDomainName,CustomerCountry,InvoiceNumber,MpnId,OrderId,\
OrderDate,ProductId,SkuId,UnitPrice,Quantity,Subtotal,TaxTotal,Total,Currency
{TAILSPIN},{FABRIKAM},Fabrikam Labs,fabrikamlabs.onmicrosoft.com,US,G000000001,1234567,A,\
10/3/2025,D,1,5,1,5,0,5,USD
""")
PORTAL_SUBSCRIPTIONS = FieldFile("""\
Subscription ID,Subscription,Quantity,State,Reseller
1,Microsoft 365 Business Premium,5,Active,
""")
INGRAM_BILLING = FieldFile("""\
Reseller ID,Reseller Company Name,Customer Account ID,End Customer Name,Subscription ID,\
Subscription Name,Subscription Expiration Date,Plan ID
1000,Contoso,1001,Fabrikam Labs,117,Microsoft 365 Business,2026-04-01,119
""")
ACTIVITY_LOG = FieldFile("""\
Date-Time,Affected customer,Action,Performed by
2026-01-02,Fabrikam Labs,granular admin relationship terminated,Contoso
""")
APPXITE_CUSTOMERS = FieldFile("""\
Customer,Country,Registration Number,VAT Number,MPN ID,Status,Date Created (Utc),\
End-customer primary contact email,Internal Customer ID
Fabrikam Labs,United States,1,2,3,Active,2026-01-02,a@x.example,77
""")
LIGHTHOUSE = FieldFile("""\
Tenants,Lighthouse management status,Delegated access,Tags
Fabrikam Labs,Managed,GDAP,
""")
